#pragma once

// A client loop in plain C on libmodbus, which the buses are measured against, and a Modbus TCP server
// that is fast enough not to be what is measured.

// Registers that the server holds, and that each request of the loop reads.
#define BARE_REGISTERS 125

// Serves holding registers, each holding its own address, on a loopback port of the system's choice,
// in a thread of its own, to several clients.
// Returns the port, or -1 with errno set. One server at a time.
int bare_server_start(void);

// Ends the server and waits for its thread.
void bare_server_stop(void);

// Reads 125 holding registers so many times, one request after the other, over one connection.
// Returns the seconds that took, without connecting, or -1 with errno set.
double bare_loop(int port, int requests);
