#pragma once
#include <libserialport.h>
#include <sys/prctl.h>

// prctl takes a variable number of arguments, which the Swift importer skips.
static inline void cserialport_name_thread(const char *name) {
  prctl(PR_SET_NAME, name, 0, 0, 0);
}
