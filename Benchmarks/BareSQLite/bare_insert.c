#include "bare_sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// A leaf hash, and the hashes of a tree's right edge at a million records.
#define BARE_HASH 32
#define BARE_EDGE (20 * BARE_HASH)

// Records below a node that is stored.
#define BARE_NODE 256

struct record {
  char *body;
  int length;
  unsigned char leaf[BARE_HASH];
};

struct bench {
  sqlite3 *source, *target;
  sqlite3_stmt *select, *insert, *node, *head;
  struct record *records;
  // All records were read; another step would begin anew.
  int done;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

// The settings of Sources/JournalStore/JournalFile.swift.
static int configure(struct bench *bench) {
  return sqlite3_exec(bench->target,
                      "PRAGMA page_size = 8192; PRAGMA journal_mode = wal; PRAGMA synchronous = FULL;"
                      "PRAGMA wal_autocheckpoint = 1024; PRAGMA journal_size_limit = 67108864;"
                      "PRAGMA cell_size_check = ON; PRAGMA secure_delete = OFF",
                      NULL, NULL, NULL);
}

static int copy_tables(struct bench *bench) {
  sqlite3_stmt *tables;
  int code = sqlite3_prepare_v2(bench->source,
                                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL", -1, &tables,
                                NULL);
  while (code == SQLITE_OK && sqlite3_step(tables) == SQLITE_ROW) {
    code = sqlite3_exec(bench->target, (const char *)sqlite3_column_text(tables, 0), NULL, NULL, NULL);
  }
  sqlite3_finalize(tables);
  return code ? code
              : sqlite3_exec(bench->target, "INSERT INTO head VALUES (1, 0, x'', x'')", NULL, NULL,
                             NULL);
}

static int prepare(struct bench *bench) {
  int code = sqlite3_prepare_v2(bench->source, "SELECT body, leaf FROM record ORDER BY seq", -1,
                                &bench->select, NULL);
  if (!code) {
    code = sqlite3_prepare_v2(bench->target, "INSERT INTO record VALUES (?, ?, ?)", -1, &bench->insert,
                              NULL);
  }
  if (!code) {
    code = sqlite3_prepare_v2(bench->target, "INSERT INTO node VALUES (8, ?, ?)", -1, &bench->node,
                              NULL);
  }
  if (!code) {
    code = sqlite3_prepare_v2(bench->target,
                              "UPDATE head SET size = ?, root = ?, frontier = ? WHERE id = 1", -1,
                              &bench->head, NULL);
  }
  return code;
}

// Reads up to so many records into memory; returns how many there were.
static int read_records(struct bench *bench, int most) {
  int count = 0;
  while (count < most && !bench->done) {
    bench->done = sqlite3_step(bench->select) != SQLITE_ROW;
    if (bench->done) break;
    struct record *record = &bench->records[count++];
    record->length = sqlite3_column_bytes(bench->select, 0);
    record->body = malloc((size_t)record->length);
    memcpy(record->body, sqlite3_column_text(bench->select, 0), (size_t)record->length);
    memcpy(record->leaf, sqlite3_column_blob(bench->select, 1), BARE_HASH);
  }
  return count;
}

static int run(sqlite3_stmt *statement) {
  sqlite3_step(statement);
  return sqlite3_reset(statement);
}

static int insert_records(struct bench *bench, long long first, int count) {
  static const unsigned char edge[BARE_EDGE];
  int code = sqlite3_exec(bench->target, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  for (int index = 0; index < count && !code; index++) {
    struct record *record = &bench->records[index];
    long long seq = first + index;
    sqlite3_bind_int64(bench->insert, 1, seq);
    sqlite3_bind_text(bench->insert, 2, record->body, record->length, SQLITE_STATIC);
    sqlite3_bind_blob(bench->insert, 3, record->leaf, BARE_HASH, SQLITE_STATIC);
    code = run(bench->insert);
    if (!code && seq % BARE_NODE == 0) {
      sqlite3_bind_int64(bench->node, 1, seq / BARE_NODE - 1);
      sqlite3_bind_blob(bench->node, 2, record->leaf, BARE_HASH, SQLITE_STATIC);
      code = run(bench->node);
    }
  }
  if (code) return code;
  sqlite3_bind_int64(bench->head, 1, first + count - 1);
  sqlite3_bind_blob(bench->head, 2, bench->records[count - 1].leaf, BARE_HASH, SQLITE_STATIC);
  sqlite3_bind_blob(bench->head, 3, edge, BARE_EDGE, SQLITE_STATIC);
  code = run(bench->head);
  return code ? code : sqlite3_exec(bench->target, "COMMIT", NULL, NULL, NULL);
}

static int insert_all(struct bench *bench, int per_commit, struct bare_inserts *result) {
  for (;;) {
    int count = read_records(bench, per_commit);
    if (count == 0) return SQLITE_OK;
    double start = now();
    int code = insert_records(bench, result->records + 1, count);
    result->seconds += now() - start;
    result->records += count;
    for (int index = 0; index < count; index++) {
      result->bytes += bench->records[index].length;
      free(bench->records[index].body);
    }
    if (code) return code;
  }
}

int bare_insert(const char *source, const char *target, int per_commit, struct bare_inserts *result,
                char *problem) {
  struct bench bench = {0};
  *result = (struct bare_inserts){0};
  bench.records = calloc((size_t)per_commit, sizeof *bench.records);
  int code = sqlite3_open_v2(source, &bench.source, SQLITE_OPEN_READONLY, NULL);
  if (!code) code = sqlite3_open(target, &bench.target);
  if (!code) code = configure(&bench);
  if (!code) code = copy_tables(&bench);
  if (!code) code = prepare(&bench);
  if (!code) code = insert_all(&bench, per_commit, result);
  if (code) snprintf(problem, 200, "%s", sqlite3_errmsg(bench.target));
  sqlite3_finalize(bench.select);
  sqlite3_finalize(bench.insert);
  sqlite3_finalize(bench.node);
  sqlite3_finalize(bench.head);
  sqlite3_close(bench.source);
  sqlite3_close(bench.target);
  free(bench.records);
  return code;
}
