#pragma once

// Plain C on SQLite, which the journal is measured against.

// What it came to.
struct bare_inserts {
  // In transactions, from BEGIN to the return of COMMIT; reading the records is left out.
  double seconds;
  long long records;
  long long bytes;
};

// Inserts the records of a Lotline journal, which is closed, into a new file with the same tables and
// settings, with so many in a transaction, and the row of the tree with each, as the journal does.
// Returns 0, or SQLite's code with its message in `problem`, which has room for 200 bytes.
int bare_insert(const char *source, const char *target, int per_commit, struct bare_inserts *result,
                char *problem);
