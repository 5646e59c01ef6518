// Makes SQLite run with synchronous = NORMAL in a program that asks for FULL, when it is preloaded.
//
// It shows that the campaign would see the loss. With LIE set it also answers 2 (FULL) when the program
// reads the setting back; without it, the program can see what it got.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef int prepare(sqlite3 *, const char *, int, unsigned int, sqlite3_stmt **, const char **);

static const char full[] = "PRAGMA synchronous = FULL";
static const char ask[] = "PRAGMA synchronous";

int sqlite3_prepare_v3(sqlite3 *database, const char *sql, int length, unsigned int flags,
                       sqlite3_stmt **statement, const char **tail) {
  prepare *original = (prepare *)dlsym(RTLD_NEXT, "sqlite3_prepare_v3");
  const char *other = NULL;
  if (strncmp(sql, full, sizeof full - 1) == 0) other = "PRAGMA synchronous = NORMAL";
  else if (strcmp(sql, ask) == 0 && getenv("LIE")) other = "SELECT 2 AS synchronous";
  if (!other) return original(database, sql, length, flags, statement, tail);
  int result = original(database, other, -1, flags, statement, NULL);
  if (tail) *tail = sql + strlen(sql);
  return result;
}
