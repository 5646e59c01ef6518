#include "bare_libmodbus.h"

#include <modbus.h>
#include <time.h>

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static modbus_t *open_line(struct bare_line line) {
  modbus_t *context = modbus_new_rtu(line.port, line.baud, 'E', 8, 1);
  if (!context) return NULL;
  modbus_set_slave(context, 1);
  modbus_set_response_timeout(context, 5, 0);
  modbus_set_byte_timeout(context, 0, 0);
  if (modbus_connect(context) == 0 && modbus_flush(context) != -1) return context;
  modbus_free(context);
  return NULL;
}

double bare_rtu_loop(struct bare_line line, int count, int requests) {
  uint16_t registers[BARE_REGISTERS];
  modbus_t *context = open_line(line);
  if (!context) return -1;
  struct timespec gap = {.tv_nsec = line.gap_ns};
  double taken = -1, start = seconds();
  int done = 0;
  while (done < requests && modbus_read_registers(context, 0, count, registers) == count) {
    // libmodbus keeps no silence between frames by itself.
    clock_nanosleep(CLOCK_MONOTONIC, 0, &gap, NULL);
    done++;
  }
  if (done == requests) taken = seconds() - start;
  modbus_close(context);
  modbus_free(context);
  return taken;
}
