#include "bare_libmodbus.h"

#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Clients that are served at once; more are turned away.
#define BARE_CLIENTS 16

struct server {
  modbus_t *context;
  modbus_mapping_t *mapping;
  int listener;
  int stop[2];
  pthread_t thread;
};

static struct server server = {.listener = -1};

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
  entries[(*count)++] = (struct pollfd){.fd = client, .events = POLLIN};
}

// Answers one request; further ones that wait in the socket are seen by the next poll.
static int answer(int client) {
  uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
  modbus_set_socket(server.context, client);
  int length = modbus_receive(server.context, request);
  if (length < 0) return -1;
  return length == 0 ? 0 : modbus_reply(server.context, request, length, server.mapping);
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
      if (entries[index].revents == 0 || answer(entries[index].fd) >= 0) continue;
      close(entries[index].fd);
      entries[index] = entries[--count];
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
  if (server.mapping) modbus_mapping_free(server.mapping);
  if (server.context) modbus_free(server.context);
  server = (struct server){.listener = -1};
}

int bare_server_start(void) {
  int port = listen_on_loopback();
  if (port < 0) return -1;
  server.context = modbus_new_tcp("127.0.0.1", port);
  server.mapping = modbus_mapping_new(0, 0, BARE_REGISTERS, 0);
  if (!server.context || !server.mapping || pipe(server.stop) != 0) {
    release();
    return -1;
  }
  for (int index = 0; index < BARE_REGISTERS; index++) {
    server.mapping->tab_registers[index] = (uint16_t)index;
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
