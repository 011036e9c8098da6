/* Decisions without Python: what extensions in C, C++, Cython or Rust call. docs/embedding.md has the whole story.
 *
 *     const gwmatch_api *api = gwmatch_import();               with the interpreter; NULL and an exception if it fails
 *     const gwmatch_port *port = api->port(port_table);        with the interpreter; keep a reference to port_table
 *     gwmatch_answer answer;
 *     if (api->match(port, &request, &answer) == 0) { ... }    from any thread, without the interpreter
 *     gwmatch_clear(api, &answer);
 *
 * A thread that asks often has a memo, and asks api->match_with(memo, port, &request, &answer).
 *
 * A gwmatch_port is borrowed from the gwmatch.PortTable it came from, which keeps its table alive: it holds as long as you hold
 * a reference to that object, and not a call longer. Nothing behind it changes, so any number of threads may use it at once.
 * To swap a Router, take the port of the new one, publish that pointer to your threads, and give back the reference to the old
 * PortTable when no thread is inside a call with the old pointer any more.
 *
 * What is declared here stays as it is. Additions go to the end of gwmatch_api, whose `size` says how far it reaches; a change
 * of anything else gets another GWMATCH_ABI and another capsule, beside this one.
 */
#ifndef GWMATCH_H
#define GWMATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GWMATCH_ABI 1
#define GWMATCH_CAPSULE "gwmatch.C_API_1"

/* Bytes of the caller's, which need no NUL at the end. `at` may be NULL if `size` is 0. */
typedef struct {
    const uint8_t *at;
    size_t size;
} gwmatch_text;

typedef struct {
    gwmatch_text name;
    gwmatch_text value;
} gwmatch_header;

/* As on the wire: no decoding, no lower case, nothing cut off. Everything stays the caller's and is read during the call only. */
typedef struct {
    gwmatch_text method;
    gwmatch_text host;             /* Host or :authority; empty if there is none */
    gwmatch_text target;           /* path and query */
    gwmatch_text sni;              /* server name of the handshake; empty if there is none */
    const gwmatch_header *headers; /* every line, in order */
    size_t header_count;
    uint64_t draw;                 /* decides weighted backends, if has_draw is not 0, as match(draw=...) does */
    int32_t has_draw;              /* 0: chance decides */
    int32_t reserved;              /* 0 */
} gwmatch_request;

/* gwmatch_answer.outcome */
enum { GWMATCH_FORWARD = 0, GWMATCH_REDIRECT = 1, GWMATCH_RESPOND = 2, GWMATCH_REFUSE = 3, GWMATCH_DROP = 4 };

/* gwmatch_answer.refusal */
enum {
    GWMATCH_ADMITTED = 0,
    GWMATCH_BAD_PATH = 1,
    GWMATCH_AMBIGUOUS_PATH = 2,
    GWMATCH_BAD_QUERY = 3,
    GWMATCH_BAD_HOST = 4,
    GWMATCH_BAD_METHOD = 5,
    GWMATCH_BAD_SNI = 6,
    GWMATCH_TOO_LONG = 7
};

/* What gwmatch_api.connect asks about. */
enum { GWMATCH_TLS = 0, GWMATCH_TCP = 1, GWMATCH_UDP = 2 };

/* Ids are indexes into what Python shows: listener of Router.table.listeners, entry of Router.table.entries, backend of the
 * `backends` of the entry's rule. Build your own arrays from those when you take the port. */
typedef struct {
    int32_t outcome;
    int32_t status;      /* what the gateway answers, 0 for none */
    int32_t refusal;
    int32_t listener;    /* -1 for none, like the two below */
    int32_t entry;
    int32_t backend;
    int32_t grpc;        /* an error that a gRPC client has to get in its own way */
    int32_t reserved;
    uint8_t *rewritten;  /* under normalize="rewrite": the path to forward, if not the one that came; see gwmatch_clear */
    size_t rewritten_size;
} gwmatch_answer;

typedef struct gwmatch_port gwmatch_port;

/* What one thread keeps from call to call: where the hosts that it asked about lead. Up to 64 KiB. */
typedef struct gwmatch_memo gwmatch_memo;

typedef struct {
    uint32_t abi;
    uint32_t size;
    /* With the interpreter. `port_table` is a gwmatch.PortTable. NULL, and TypeError, if it is something else. */
    const gwmatch_port *(*port)(void *port_table);
    /* Without or with it. 0, or -1 if there was no memory; then the answer has nothing to clear. */
    int (*match)(const gwmatch_port *, const gwmatch_request *, gwmatch_answer *);
    /* The same for a connection by its server name (TLS), or for one without any (TCP, UDP). Only `sni` and the draw of the
     * request are looked at. */
    int (*connect)(const gwmatch_port *, int protocol, const gwmatch_request *, gwmatch_answer *);
    /* Frees what an answer owns. */
    void (*clear)(gwmatch_answer *);
    /* A memo for the thread that asks; NULL if there was no memory. */
    gwmatch_memo *(*memo)(void);
    /* match, with less work for hosts that come again. A memo is for one thread at a time, and for whatever port it was used with
     * last: at another one, as after a swap, it begins anew, which takes longer than a match, so that a thread that alternates has
     * a memo for each. Every PortTable is another port. NULL will do, and keeps nothing. */
    int (*match_with)(gwmatch_memo *, const gwmatch_port *, const gwmatch_request *, gwmatch_answer *);
    /* Frees a memo. It borrows nothing, so that its ports may have gone before. */
    void (*forget)(gwmatch_memo *);
} gwmatch_api;

/* Frees what an answer owns, which most own nothing. */
#define gwmatch_clear(api, answer) ((answer)->rewritten == NULL ? (void)0 : (api)->clear(answer))

#ifdef PY_VERSION_HEX
/* With the interpreter, once. NULL, and an exception, if gwmatch is missing, has another ABI, or fewer functions. */
static inline const gwmatch_api *gwmatch_import(void) {
    PyObject *package = PyImport_ImportModule("gwmatch");
    if (package == NULL)
        return NULL;
    Py_DECREF(package);
    const gwmatch_api *api = (const gwmatch_api *)PyCapsule_Import(GWMATCH_CAPSULE, 0);
    if (api != NULL && api->size < sizeof(gwmatch_api)) {
        PyErr_SetString(PyExc_ImportError, "the gwmatch that is installed is older than the gwmatch.h that this was built with");
        return NULL;
    }
    return api;
}
#endif

#ifdef __cplusplus
}
#endif

#endif
