C_API_1: object
