#define _GNU_SOURCE
#include "bare_libmodbus.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Bytes of a request, and of the longest reply.
#define BARE_REQUEST 12
#define BARE_REPLY (9 + 2 * BARE_REGISTERS)

// Requests of one client that are taken before the first of them is answered.
#define BARE_WAITING 64

struct client {
  int descriptor;
  // What came and is no whole request yet, or has no room among the replies.
  uint8_t input[BARE_WAITING * BARE_REQUEST];
  size_t input_length;
  // Replies in the order of their requests, and when each is due.
  uint8_t output[BARE_WAITING * BARE_REPLY];
  size_t output_length;
  struct {
    double due;
    size_t length;
  } replies[BARE_WAITING];
  int reply_count;
  struct client *next;
};

static struct {
  int listener, events, stop[2];
  struct bare_device device;
  pthread_t thread;
  struct client *clients;
  _Atomic double first_request;
} server = {.listener = -1};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void watch(int descriptor, void *owner) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = owner};
  epoll_ctl(server.events, EPOLL_CTL_ADD, descriptor, &event);
}

static void take_client(void) {
  int descriptor = accept(server.listener, NULL, NULL);
  struct client *client = descriptor < 0 ? NULL : calloc(1, sizeof *client);
  if (!client) {
    if (descriptor >= 0) close(descriptor);
    return;
  }
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  client->descriptor = descriptor;
  client->next = server.clients;
  server.clients = client;
  watch(descriptor, client);
}

static void drop(struct client *client) {
  struct client **place = &server.clients;
  while (*place != client) place = &(*place)->next;
  *place = client->next;
  close(client->descriptor);
  free(client);
}

// Writes the reply to a request; returns its length, or 0 for what no agent asks.
static size_t write_reply(const uint8_t *request, uint8_t *reply) {
  int address = request[8] << 8 | request[9], registers = request[10] << 8 | request[11];
  if (request[7] != 3 || registers < 1 || registers > BARE_REGISTERS) return 0;
  memcpy(reply, request, 8);
  reply[4] = 0;
  if (address <= server.device.illegal && server.device.illegal < address + registers) {
    reply[5] = 3;
    reply[7] |= 0x80;
    reply[8] = 2;
    return 9;
  }
  reply[5] = (uint8_t)(3 + 2 * registers);
  reply[8] = (uint8_t)(2 * registers);
  for (int index = 0; index < registers; index++) {
    reply[9 + 2 * index] = (uint8_t)((address + index) >> 8);
    reply[10 + 2 * index] = (uint8_t)(address + index);
  }
  return 9 + 2 * (size_t)registers;
}

// Sends with one write what is due. Plain C, not libmodbus, whose server takes seven system calls
// for each request: with several in flight it would be what is measured.
static int send_due(struct client *client) {
  double time = server.device.latency_us > 0 ? now() : 0;
  size_t length = 0;
  int count = 0;
  while (count < client->reply_count && client->replies[count].due <= time) {
    length += client->replies[count++].length;
  }
  if (count == 0) return 0;
  if (send(client->descriptor, client->output, length, MSG_NOSIGNAL) != (ssize_t)length) return -1;
  memmove(client->output, client->output + length, client->output_length - length);
  client->output_length -= length;
  client->reply_count -= count;
  memmove(client->replies, client->replies + count,
          (size_t)client->reply_count * sizeof client->replies[0]);
  return 0;
}

// Makes the replies to all whole requests that came.
static int take_requests(struct client *client) {
  double due = server.device.latency_us > 0 ? now() + server.device.latency_us * 1e-6 : 0;
  size_t done = 0;
  while (client->input_length - done >= BARE_REQUEST && client->reply_count < BARE_WAITING) {
    uint8_t *reply = client->output + client->output_length;
    size_t length = write_reply(client->input + done, reply);
    if (length == 0) return -1;
    client->output_length += length;
    client->replies[client->reply_count].due = due;
    client->replies[client->reply_count++].length = length;
    done += BARE_REQUEST;
  }
  client->input_length -= done;
  memmove(client->input, client->input + done, client->input_length);
  return send_due(client);
}

static int read_requests(struct client *client) {
  size_t room = sizeof client->input - client->input_length;
  ssize_t count = recv(client->descriptor, client->input + client->input_length, room, 0);
  if (count <= 0) return -1;
  client->input_length += (size_t)count;
  if (server.first_request == 0) server.first_request = now();
  return take_requests(client);
}

// Sends what is due at all clients; returns when the next reply is due, or -1 for none.
static double send_all_due(void) {
  double next = -1;
  for (struct client *client = server.clients, *after; client; client = after) {
    after = client->next;
    if (client->reply_count == 0) continue;
    if (send_due(client) < 0 || take_requests(client) < 0) {
      drop(client);
    } else if (client->reply_count > 0 && (next < 0 || client->replies[0].due < next)) {
      next = client->replies[0].due;
    }
  }
  return next;
}

static int wait_for(struct epoll_event *events, int count, double deadline) {
  if (deadline < 0) return epoll_pwait2(server.events, events, count, NULL, NULL);
  double left = deadline - now();
  if (left < 0) left = 0;
  struct timespec wait = {.tv_sec = (time_t)left};
  wait.tv_nsec = (long)((left - (double)wait.tv_sec) * 1e9);
  return epoll_pwait2(server.events, events, count, &wait, NULL);
}

static void *serve(void *unused) {
  (void)unused;
  struct epoll_event events[64];
  for (;;) {
    double deadline = server.device.latency_us > 0 ? send_all_due() : -1;
    int count = wait_for(events, 64, deadline);
    if (count < 0 && errno != EINTR) return NULL;
    for (int index = 0; index < count; index++) {
      struct client *client = events[index].data.ptr;
      if (events[index].data.ptr == server.stop) return NULL;
      if (events[index].data.ptr == &server) {
        take_client();
      } else if (read_requests(client) < 0) {
        drop(client);
      }
    }
  }
}

static void release(void) {
  while (server.clients) drop(server.clients);
  if (server.listener >= 0) close(server.listener);
  if (server.events > 0) close(server.events);
  if (server.stop[0] > 0) close(server.stop[0]);
  if (server.stop[1] > 0) close(server.stop[1]);
  server.listener = -1;
  server.events = server.stop[0] = server.stop[1] = 0;
}

double bare_server_first_request(void) { return server.first_request; }

static int fail(int code) {
  release();
  errno = code;
  return -1;
}

int bare_server_start(struct bare_device device) {
  // All of the loopback network, so that each of many devices has an address of its own.
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
  socklen_t length = sizeof address;
  server.device = device;
  server.first_request = 0;
  server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  server.events = epoll_create1(EPOLL_CLOEXEC);
  if (server.listener < 0 || server.events < 0 || pipe(server.stop) != 0 ||
      bind(server.listener, (struct sockaddr *)&address, length) != 0 ||
      listen(server.listener, 512) != 0 ||
      getsockname(server.listener, (struct sockaddr *)&address, &length) != 0) {
    return fail(errno);
  }
  watch(server.stop[0], server.stop);
  watch(server.listener, &server);
  int result = pthread_create(&server.thread, NULL, serve, NULL);
  return result == 0 ? ntohs(address.sin_port) : fail(result);
}

void bare_server_stop(void) {
  if (server.listener < 0) return;
  (void)!write(server.stop[1], "", 1);
  pthread_join(server.thread, NULL);
  release();
}
