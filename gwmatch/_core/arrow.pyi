from typing import final

@final
class Chunk: ...

@final
class Owned: ...

@final
class Schema: ...
