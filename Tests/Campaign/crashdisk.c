// A disk in memory that writes down what happens to it, as a file system in user space (libfuse 3).
//
// usage: crashdisk BYTES LOG FOLDER; FOLDER/disk is the disk, for a loop device. The log has one entry
// for each write (W), each completed flush (F), and each line that somebody writes to FOLDER/mark (M):
// what was acknowledged then. An entry is its letter, offset and length (8 bytes each, this machine's
// order), and the bytes of W and M. One thread serves, so that entries are in the order of events.
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char *disk;
static off_t disk_bytes;
static FILE *event_log;

static void note(char kind, uint64_t offset, uint64_t length, const char *bytes) {
  if (fputc(kind, event_log) == EOF || fwrite(&offset, 8, 1, event_log) != 1 ||
      fwrite(&length, 8, 1, event_log) != 1 ||
      (bytes && fwrite(bytes, 1, length, event_log) != length) || fflush(event_log) != 0) {
    perror("crashdisk: the log");
    abort();
  }
}

static int is_disk(const char *path) { return strcmp(path, "/disk") == 0; }
static int is_mark(const char *path) { return strcmp(path, "/mark") == 0; }

static int get_attributes(const char *path, struct stat *status, struct fuse_file_info *file) {
  (void)file;
  memset(status, 0, sizeof *status);
  if (strcmp(path, "/") == 0) {
    status->st_mode = S_IFDIR | 0700;
    status->st_nlink = 2;
  } else if (is_disk(path) || is_mark(path)) {
    status->st_mode = S_IFREG | 0600;
    status->st_nlink = 1;
    status->st_size = is_disk(path) ? disk_bytes : 0;
  } else {
    return -ENOENT;
  }
  return 0;
}

static int open_file(const char *path, struct fuse_file_info *file) {
  file->direct_io = 1;
  return is_disk(path) || is_mark(path) ? 0 : -ENOENT;
}

static int read_disk(const char *path, char *bytes, size_t count, off_t offset,
                     struct fuse_file_info *file) {
  (void)file;
  if (!is_disk(path) || offset >= disk_bytes) return 0;
  if ((off_t)count > disk_bytes - offset) count = (size_t)(disk_bytes - offset);
  memcpy(bytes, disk + offset, count);
  return (int)count;
}

static int write_file(const char *path, const char *bytes, size_t count, off_t offset,
                      struct fuse_file_info *file) {
  (void)file;
  if (is_mark(path)) {
    note('M', 0, count, bytes);
    return (int)count;
  }
  if (offset + (off_t)count > disk_bytes) return -ENOSPC;
  memcpy(disk + offset, bytes, count);
  note('W', (uint64_t)offset, count, bytes);
  return (int)count;
}

static int flush_disk(const char *path, int data_only, struct fuse_file_info *file) {
  (void)data_only;
  (void)file;
  if (is_disk(path)) note('F', 0, 0, NULL);
  return 0;
}

static int truncate_file(const char *path, off_t length, struct fuse_file_info *file) {
  (void)path;
  (void)length;
  (void)file;
  return 0;
}

static const struct fuse_operations operations = {
    .getattr = get_attributes, .open = open_file, .read = read_disk,
    .write = write_file,       .fsync = flush_disk, .truncate = truncate_file,
};

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: crashdisk BYTES LOG FOLDER\n");
    return 64;
  }
  disk_bytes = strtoll(arguments[1], NULL, 10);
  disk = mmap(NULL, (size_t)disk_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  event_log = fopen(arguments[2], "wbe");
  if (disk == MAP_FAILED || !event_log) {
    perror("crashdisk");
    return 71;
  }
  char *options[] = {arguments[0], "-f", "-s", arguments[3], NULL};
  return fuse_main(4, options, &operations, NULL);
}
