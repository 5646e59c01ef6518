internal import Telemetry

/// What went wrong, in words for whoever wires the instrument or writes its profile.
extension SerialBus {
  var gone: BusFailure {
    BusFailure(.noConnection, "serial port \(line.port) was lost: is the adapter plugged in?")
  }

  func silence(_ request: SerialRequest, _ reply: FrameAssembler) -> BusFailure {
    let wait = request.timeout.inWords
    let (partial, ignored) = (reply.partialCount, reply.ignoredCount)
    if partial + ignored == 0 {
      return BusFailure(
        .timeout,
        "\(line.port): no answer within \(wait): is the instrument on, and is its speed right?"
      )
    }
    let what =
      switch request.framing.shape {
      case .line: "\(partial) bytes and no line end within \(wait): is the terminator right?"
      case .fixed(let length): "\(partial) of \(length) bytes within \(wait): is the length right?"
      case .enclosed where partial == 0:
        "\(ignored) bytes and no start mark within \(wait): is the start mark right?"
      case .enclosed: "\(partial) bytes and no end mark within \(wait): is the end mark right?"
      }
    return BusFailure(.timeout, "\(line.port): \(what)")
  }

  /// `bytes` came, but no frame.
  func stale(_ request: SerialRequest, bytes: Int) -> BusFailure {
    let shape = request.framing.shape
    let none = "\(line.port): no \(shape.noun) came within \(request.timeout.inWords)"
    guard bytes > 0 else { return BusFailure(.stale, none) }
    let question =
      switch shape {
      case .line: "is the terminator right?"
      case .fixed(let length):
        "are all frames \(length) bytes long, and is there a silence of "
          + "\(Self.silenceAfterFrame.inWords) between them?"
      case .enclosed: "are start and end mark right?"
      }
    return BusFailure(.stale, "\(none), but \(bytes) bytes that are none: \(question)")
  }

  func tooLong(_ request: SerialRequest) -> BusFailure {
    let (end, mend) =
      switch request.framing.shape {
      case .line, .fixed: ("a line end", "terminator")
      case .enclosed: ("an end mark", "end mark")
      }
    return BusFailure(
      .malformedReply,
      "\(line.port): more than \(request.maximumLength) bytes came without \(end): "
        + "are speed and \(mend) right?"
    )
  }

  func damaged(_ frame: [UInt8], _ request: SerialRequest) -> BusFailure {
    guard let (stated, right) = request.framing.checksums(in: frame) else {
      return BusFailure(
        .checksum,
        "\(line.port): \(frame.count) bytes are too few for an answer with a check sum"
      )
    }
    let fitting = request.framing.checksums(fitting: frame).map(\.inWords)
    let mend =
      fitting.isEmpty
      ? "is the line noisy, or the profile's check sum wrong?"
      : "it would be right as \(fitting.joined(separator: ", or as "))"
    return BusFailure(
      .checksum,
      "\(line.port): the check sum is \(stated.inHexadecimal) and should be "
        + "\(right.inHexadecimal): \(mend)"
    )
  }
}

extension SerialFraming.Shape {
  /// What one of the pieces is called.
  var noun: String { if case .line = self { "line" } else { "frame" } }
}

extension SerialChecksum {
  /// As a profile says it.
  fileprivate var inWords: String {
    "kind: \(kind.rawValue), form: \(form.rawValue), covers: \(coverage.rawValue)"
  }
}

extension [UInt8] {
  /// `0D 3A`.
  fileprivate var inHexadecimal: String {
    map { $0.hexadecimal(digits: 2) }.joined(separator: " ")
  }
}
