#include "bare_libmodbus.h"

#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Clients that are served at once; more are turned away.
#define BARE_CLIENTS 16

// Bytes of a request, and of the longest reply.
#define BARE_REQUEST 12
#define BARE_REPLY (9 + 2 * BARE_REGISTERS)

struct server {
  int listener;
  int stop[2];
  pthread_t thread;
};

static struct server server = {.listener = -1};

// What a client sent and was not answered yet; a whole request is 12 bytes.
static uint8_t pending[BARE_CLIENTS][64 * BARE_REQUEST];
static size_t pending_length[BARE_CLIENTS];

// Takes one client, if there is room.
static void take_client(struct pollfd *entries, int *count) {
  int client = accept(server.listener, NULL, NULL);
  if (client < 0) return;
  if (*count == BARE_CLIENTS + 2) {
    close(client);
    return;
  }
  int on = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  pending_length[*count - 2] = 0;
  entries[(*count)++] = (struct pollfd){.fd = client, .events = POLLIN};
}

// Answers everything that waits in the socket with one write. Plain C, not libmodbus, whose server
// takes seven system calls for each request: with several in flight it would be what is measured.
static int answer(int client, int slot) {
  uint8_t *input = pending[slot];
  uint8_t output[64 * BARE_REPLY];
  size_t done = 0, filled = 0;
  ssize_t count = recv(client, input + pending_length[slot],
                       sizeof pending[slot] - pending_length[slot], 0);
  if (count <= 0) return -1;
  size_t length = pending_length[slot] + (size_t)count;
  for (; length - done >= BARE_REQUEST; done += BARE_REQUEST) {
    const uint8_t *request = input + done;
    int address = request[8] << 8 | request[9], registers = request[10] << 8 | request[11];
    if (request[7] != MODBUS_FC_READ_HOLDING_REGISTERS || registers < 1 ||
        address + registers > BARE_REGISTERS) {
      return -1;
    }
    uint8_t *reply = output + filled;
    memcpy(reply, request, 8);
    reply[4] = 0;
    reply[5] = (uint8_t)(3 + 2 * registers);
    reply[8] = (uint8_t)(2 * registers);
    for (int index = 0; index < registers; index++) {
      reply[9 + 2 * index] = (uint8_t)((address + index) >> 8);
      reply[10 + 2 * index] = (uint8_t)(address + index);
    }
    filled += 9 + 2 * (size_t)registers;
  }
  memmove(input, input + done, length - done);
  pending_length[slot] = length - done;
  return filled == 0 || send(client, output, filled, MSG_NOSIGNAL) == (ssize_t)filled ? 0 : -1;
}

static void *serve(void *unused) {
  (void)unused;
  struct pollfd entries[BARE_CLIENTS + 2] = {
      {.fd = server.stop[0], .events = POLLIN},
      {.fd = server.listener, .events = POLLIN},
  };
  int count = 2;
  while (poll(entries, count, -1) >= 0 || errno == EINTR) {
    if (entries[0].revents != 0) break;
    for (int index = count - 1; index >= 2; index--) {
      if (entries[index].revents == 0 || answer(entries[index].fd, index - 2) >= 0) continue;
      close(entries[index].fd);
      entries[index] = entries[--count];
      memcpy(pending[index - 2], pending[count - 2], sizeof pending[0]);
      pending_length[index - 2] = pending_length[count - 2];
    }
    if (entries[1].revents != 0) take_client(entries, &count);
  }
  for (int index = 2; index < count; index++) close(entries[index].fd);
  return NULL;
}

static int listen_on_loopback(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (listener < 0) return -1;
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 16) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
    close(listener);
    return -1;
  }
  server.listener = listener;
  return ntohs(address.sin_port);
}

static void release(void) {
  if (server.listener >= 0) close(server.listener);
  if (server.stop[0] > 0) close(server.stop[0]);
  if (server.stop[1] > 0) close(server.stop[1]);
  server = (struct server){.listener = -1};
}

int bare_server_start(void) {
  int port = listen_on_loopback();
  if (port < 0) return -1;
  if (pipe(server.stop) != 0) {
    release();
    return -1;
  }
  int result = pthread_create(&server.thread, NULL, serve, NULL);
  if (result != 0) {
    release();
    errno = result;
    return -1;
  }
  return port;
}

void bare_server_stop(void) {
  if (server.listener < 0) return;
  (void)!write(server.stop[1], "", 1);
  pthread_join(server.thread, NULL);
  release();
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

double bare_loop(int port, int requests) {
  uint16_t registers[BARE_REGISTERS];
  modbus_t *context = modbus_new_tcp("127.0.0.1", port);
  if (!context) return -1;
  double taken = -1;
  // On a loaded machine the default of 0.5 s is not enough.
  modbus_set_response_timeout(context, 5, 0);
  if (modbus_connect(context) == 0) {
    double start = seconds();
    int done = 0;
    while (done < requests &&
           modbus_read_registers(context, 0, BARE_REGISTERS, registers) == BARE_REGISTERS) {
      done++;
    }
    if (done == requests) taken = seconds() - start;
    modbus_close(context);
  }
  modbus_free(context);
  return taken;
}
