#pragma once

// A client loop in plain C on libmodbus, which the buses are measured against, and a Modbus TCP server
// that is fast enough not to be what is measured.

// Registers that each request of the loop reads, and the most that the server gives at once.
#define BARE_REGISTERS 125

// How the server's devices behave.
struct bare_device {
  // From a request's arrival to its reply; requests that come together wait together.
  int latency_us;
  // A register that is refused with exception 2, or -1 for none.
  int illegal;
};

// Serves holding registers, each holding its own address, in a thread of its own, on a port of the
// system's choice at every loopback address: to a client, 127.0.1.1 and 127.0.1.2 are two devices.
// Returns the port, or -1 with errno set. One server at a time.
int bare_server_start(struct bare_device device);

// Seconds on the monotonic clock at which the server took its first request; 0 before.
double bare_server_first_request(void);

// Ends the server and waits for its thread.
void bare_server_stop(void);

// Reads 125 holding registers so many times, one request after the other, over one connection.
// Returns the seconds that took, without connecting, or -1 with errno set.
double bare_loop(int port, int requests);

// A serial port of 8 data bits, even parity and 1 stop bit.
struct bare_line {
  const char *port;
  int baud;
  // Silence that is kept after each reply.
  long gap_ns;
};

// Reads so many holding registers of unit 1 so many times, one request after the other.
// Returns the seconds that took, without opening the port, or -1 with errno set.
double bare_rtu_loop(struct bare_line line, int count, int requests);
