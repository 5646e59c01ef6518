#pragma once
#include <errno.h>
#include <libserialport.h>
#include <linux/serial.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>

// The C library declares it only with GNU extensions on, which the Swift importer leaves off.
int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);

// prctl takes a variable number of arguments, which the Swift importer skips.
static inline void cserialport_name_thread(const char *name) {
  prctl(PR_SET_NAME, name, 0, 0, 0);
}

// Has the calling thread's sleeps end when they should, not up to 50 microseconds later.
static inline void cserialport_sleep_precisely(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

// Has the kernel switch an RS-485 transceiver with RTS. A driver may change what it is asked for:
// then it is EINVAL. Returns 0, or -1 with errno set.
static inline int cserialport_control_direction(
    int descriptor, int is_high_while_sending, unsigned before_ms, unsigned after_ms) {
  const unsigned levels = SER_RS485_RTS_ON_SEND | SER_RS485_RTS_AFTER_SEND;
  const unsigned wanted = is_high_while_sending ? SER_RS485_RTS_ON_SEND : SER_RS485_RTS_AFTER_SEND;
  struct serial_rs485 settings = {
      .flags = SER_RS485_ENABLED | wanted,
      .delay_rts_before_send = before_ms,
      .delay_rts_after_send = after_ms,
  };
  if (ioctl(descriptor, TIOCSRS485, &settings) != 0) return -1;
  if (ioctl(descriptor, TIOCGRS485, &settings) != 0) return -1;
  if (!(settings.flags & SER_RS485_ENABLED) || (settings.flags & levels) != wanted ||
      settings.delay_rts_before_send != before_ms || settings.delay_rts_after_send != after_ms) {
    errno = EINVAL;
    return -1;
  }
  return 0;
}
