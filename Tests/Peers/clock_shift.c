/* Preloaded, it shifts the wall clock of a program by the nanoseconds in a file of 8 bytes, so that a
   test can set the clock of one program. The file's name is in LOTLINE_CLOCK_SHIFT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shift;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  int file = open(getenv("LOTLINE_CLOCK_SHIFT"), O_RDONLY | O_CLOEXEC);
  if (file < 0) abort();
  void *page = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
  if (page == MAP_FAILED) abort();
  close(file);
  shift = page;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (!real_clock_gettime) real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real_clock_gettime(clock, time);
  if (result != 0 || clock != CLOCK_REALTIME || !shift) return result;
  int64_t nanoseconds = time->tv_sec * INT64_C(1000000000) + time->tv_nsec + *shift;
  time->tv_sec = nanoseconds / INT64_C(1000000000);
  time->tv_nsec = nanoseconds % INT64_C(1000000000);
  return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  if (result == 0) *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return result;
}

time_t time(time_t *now) {
  struct timespec shown;
  if (clock_gettime(CLOCK_REALTIME, &shown) != 0) return (time_t)-1;
  if (now) *now = shown.tv_sec;
  return shown.tv_sec;
}
