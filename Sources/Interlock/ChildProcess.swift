internal import Dispatch
internal import Glibc
package import Telemetry

/// A program that is run to its end: with arguments as they are, without a shell.
///
/// It has no input, what it prints is thrown away but for the end of its errors, and it gets none of
/// our open files.
package struct ChildProcess: Sendable, Hashable {
  /// Bytes of its errors that are kept, the last ones.
  static let errorsLimit = 400

  /// The program's path, and its arguments.
  package let path: String
  package let arguments: [String]

  /// Variables that it gets beside our own.
  package let environment: [String: String]

  package init(path: String, arguments: [String], environment: [String: String] = [:]) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
  }

  /// Runs it on a thread of its own; it is ended, with all that it started, when it takes too long.
  ///
  /// - Parameters:
  ///   - timeout: How long it may take.
  ///   - time: What that is measured by.
  /// - Throws: ``ChildProcessError`` unless it ends with status 0 in time.
  package func run(within timeout: Duration, time: any TimeSource) async throws(ChildProcessError) {
    let outcome = await withCheckedContinuation { continuation in
      DispatchQueue(label: "command").async {
        continuation.resume(
          returning: Result { () throws(ChildProcessError) in
            try runBlocking(deadline: time.uptime() + timeout, timeout, time)
          }
        )
      }
    }
    try outcome.get()
  }

  private func runBlocking(
    deadline: Duration,
    _ timeout: Duration,
    _ time: any TimeSource
  ) throws(ChildProcessError) {
    var pipe: [CInt] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else { throw cannotStart(errno) }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(pipe[0], F_SETFL, O_NONBLOCK)
    defer { close(pipe[0]) }
    let pid: pid_t
    do {
      defer { close(pipe[1]) }
      pid = try spawn(errors: pipe[1])
    }
    var errors: [UInt8] = []
    while true {
      drain(pipe[0], into: &errors)
      if let status = ended(pid) {
        drain(pipe[0], into: &errors)
        return try judge(status, errors)
      }
      guard time.uptime() < deadline else {
        // It leads a group of its own, so whatever it started goes, too.
        kill(-pid, SIGKILL)
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        throw .timedOut(path: path, timeout: timeout)
      }
      var waiting = pollfd(fd: pipe[0], events: Int16(POLLIN), revents: 0)
      // A child that has closed its errors, and runs on, would make this a busy loop.
      if poll(&waiting, 1, 20) > 0, waiting.revents & Int16(POLLIN) == 0 { usleep(5_000) }
    }
  }

  /// Starts the program (POSIX.1, posix_spawn).
  private func spawn(errors: CInt) throws(ChildProcessError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    for file in Self.openFiles() { posix_spawn_file_actions_addclose(&actions, file) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK)
    )
    let argv = CStrings([path] + arguments)
    let variables = CStrings(Self.variables(adding: environment))
    var pid: pid_t = 0
    let result = withExtendedLifetime((argv, variables)) {
      posix_spawn(&pid, path, &actions, &attributes, argv.pointers, variables.pointers)
    }
    guard result == 0 else { throw cannotStart(result) }
    return pid
  }

  /// What we have open beside the first three, also what is not marked to be closed for others.
  private static func openFiles() -> [CInt] {
    guard let stream = opendir("/proc/self/fd") else { return [] }
    defer { closedir(stream) }
    var files: [CInt] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let file = CInt(name), file > STDERR_FILENO { files.append(file) }
    }
    return files
  }

  private static func variables(adding own: [String: String]) -> [String] {
    var variables: [String] = []
    var pointer = environ
    while let variable = pointer.pointee {
      let text = String(cString: variable)
      let name = text.prefix { $0 != "=" }
      if own[String(name)] == nil { variables.append(text) }
      pointer += 1
    }
    return variables + own.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  private func drain(_ descriptor: CInt, into errors: inout [UInt8]) {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      errors = (errors + buffer[..<count]).suffix(Self.errorsLimit)
    }
  }

  private func ended(_ pid: pid_t) -> CInt? {
    var status: CInt = 0
    return waitpid(pid, &status, WNOHANG) == pid ? status : nil
  }

  private func judge(_ status: CInt, _ errors: [UInt8]) throws(ChildProcessError) {
    if status == 0 { return }
    let text = String(decoding: errors, as: UTF8.self)
      .split(whereSeparator: \.isNewline).last.map(String.init)
    let signal = status & 0x7F
    throw .failed(
      path: path,
      how: signal == 0
        ? "ended with status \(status >> 8 & 0xFF)" : "was ended by signal \(signal)",
      errors: text
    )
  }

  private func cannotStart(_ code: CInt) -> ChildProcessError {
    .cannotStart(path: path, reason: String(cString: strerror(code)))
  }
}

/// Why a command did not do what it was to do.
package enum ChildProcessError: Error, Sendable, Hashable, CustomStringConvertible {
  case cannotStart(path: String, reason: String)
  case timedOut(path: String, timeout: Duration)
  case failed(path: String, how: String, errors: String?)

  package var description: String {
    switch self {
    case .cannotStart(let path, let reason):
      "\(path) cannot be started: \(reason); check its path, and that the agent's user may run it"
    case .timedOut(let path, let timeout):
      "\(path) took longer than \(timeout.inSeconds.formattedSeconds) and was ended; look at what it "
        + "waits for"
    case .failed(let path, let how, let errors):
      "\(path) \(how)" + (errors.map { ": \($0)" } ?? "; it printed no error")
    }
  }
}

extension Double {
  fileprivate var formattedSeconds: String {
    self == rounded() ? "\(Int(self)) s" : "\(self) s"
  }
}

/// A list of C strings with a null pointer at its end, as long as it lives.
private final class CStrings {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

  deinit { for pointer in pointers { free(pointer) } }
}
