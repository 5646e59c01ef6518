package import Telemetry

/// What a fault may lead to.
///
/// For the struck request, those before and after it in the scan, and the next scan. Every scan
/// after that must be good.
package struct Promise: Sendable, Hashable {
  package struct Part: Sendable, Hashable {
    package let mayBeGood: Bool
    package let causes: Set<Cause>

    static let good = Part(mayBeGood: true, causes: [])

    static func bad(_ causes: Cause...) -> Part { Part(mayBeGood: false, causes: Set(causes)) }

    static func either(_ causes: Cause...) -> Part { Part(mayBeGood: true, causes: Set(causes)) }

    var orGood: Part { Part(mayBeGood: true, causes: causes) }
  }

  package var before = Part.good
  package var struck = Part.good
  package var after = Part.good
  package var next = Part.good
  /// Whether one wrong bit in one value of the struck request cannot be noticed by anybody.
  package var hidesOneBit = false

  static let good = Promise()

  /// Every request of the scan alike.
  static func all(_ part: Part, next: Part = .good) -> Promise {
    Promise(before: part, struck: part, after: part, next: next)
  }
}

extension Carrier {
  /// What a strike may lead to here.
  package func promise(of strike: Strike) -> Promise {
    if isTunnel { return Self.tunnelPromise(strike) }
    return isLine ? Self.linePromise(strike) : tcpPromise(strike)
  }

  // MARK: TCP

  private func tcpPromise(_ strike: Strike) -> Promise {
    switch strike.kind {
    case .latency, .jitter, .split, .stuck: .good
    case .valueBits: Promise(hidesOneBit: true)
    case .exception: Promise(struck: .bad(.exception(strike.exceptionCode)))
    case .silence, .late: failing(.bad(.timeout), .bad(.timeout))
    case .lateElsewhere:
      failing(.bad(.timeout), .bad(.timeout), next: .either(.foreignReply, .noConnection))
    case .wrongUnit, .wrongFunction: failing(.bad(.foreignReply), .bad(.noConnection))
    case .wrongTransaction, .foreignReply: foreign
    case .headerBits:
      failing(
        .bad(.foreignReply, .malformedReply, .timeout),
        .bad(.timeout, .noConnection),
        pipelined: .bad(.foreignReply, .malformedReply, .timeout, .noConnection)
      )
    case .shortFrame:
      failing(
        .bad(.timeout),
        .bad(.timeout),
        pipelined: .bad(.foreignReply, .malformedReply, .timeout, .noConnection)
      )
    case .longFrame:
      failing(.either(.malformedReply), Self.unasked, pipelined: Self.unasked, next: Self.unasked)
    case .twoReplies:
      failing(
        .good,
        .either(.foreignReply, .noConnection),
        next: .either(.foreignReply, .noConnection)
      )
    case .foreignTraffic: .all(.either(.foreignReply, .noConnection))
    case .hangUp: failing(.bad(.noConnection), .bad(.noConnection))
    case .hangUpIdle: .all(.either(.noConnection))
    case .refused, .turnedAway: .all(.bad(.noConnection))
    case .unplugged, .unpluggedWhileAsked: .good
    }
  }

  /// What bytes that nobody asked for may lead to, which break the stream.
  private static let unasked = Promise.Part.either(
    .foreignReply,
    .malformedReply,
    .noConnection,
    .timeout
  )

  /// A reply that fits no request ends the connection; with several requests in flight it is the
  /// first of them that is blamed, and the reply before it is doubted.
  private var foreign: Promise {
    failing(
      .bad(.foreignReply),
      .bad(.noConnection),
      pipelined: .bad(.foreignReply, .noConnection, .malformedReply)
    )
  }

  /// The connection ends with the struck request: those before it were answered.
  ///
  /// With several in flight the others may have been, or not, whatever their place.
  private func failing(
    _ struck: Promise.Part,
    _ after: Promise.Part,
    pipelined: Promise.Part? = nil,
    next: Promise.Part = .good
  ) -> Promise {
    guard requestsInFlight > 1 else {
      return Promise(struck: struck, after: after, next: next)
    }
    let others = Promise.Part(
      mayBeGood: true,
      causes: after.causes.union(struck.causes).union(pipelined?.causes ?? [])
    )
    return Promise(
      before: others,
      struck: pipelined.map { struck.mayBeGood ? $0.orGood : $0 } ?? struck,
      after: others,
      next: next
    )
  }

  // MARK: A serial line behind a device server

  /// As on a line, and what comes with an answer and is not the same again makes it doubtful; a
  /// connection that was lost is opened anew.
  private static func tunnelPromise(_ strike: Strike) -> Promise {
    switch strike.kind {
    case .longFrame: strike.repeated(.either(.foreignReply))
    case .hangUp: strike.repeated(.bad(.noConnection))
    case .refused, .turnedAway: .all(.bad(.noConnection))
    default: linePromise(strike)
    }
  }

  // MARK: A serial line

  /// The same is asked once more, so that a fault which strikes once costs time and no value.
  private static func linePromise(_ strike: Strike) -> Promise {
    switch strike.kind {
    case .exception: Promise(struck: .bad(.exception(strike.exceptionCode)))
    case .silence, .shortFrame: strike.repeated(.bad(.timeout))
    case .valueBits: strike.repeated(.bad(.checksum))
    case .headerBits:
      strike.repeated(.bad(.checksum, .foreignReply, .timeout, .malformedReply))
    case .wrongUnit, .wrongFunction, .foreignReply: strike.repeated(.bad(.foreignReply))
    // Of two that are late, one each may meet both askings of another function in the next scan; and
    // a device that answers in order keeps that waiting too.
    case .late:
      Promise(
        struck: .either(.timeout, .foreignReply),
        after: .either(.timeout, .foreignReply),
        next: strike.askings > 1 ? .either(.timeout, .foreignReply) : .good
      )
    case .unplugged: .all(.bad(.noConnection))
    case .unpluggedWhileAsked:
      Promise(struck: .bad(.noConnection), after: .bad(.noConnection))
    default: .good
    }
  }
}

extension Strike {
  /// A unit that failed twice is left alone for the rest of the scan.
  fileprivate func repeated(_ part: Promise.Part) -> Promise {
    askings > 1 ? Promise(struck: part, after: part) : .good
  }
}
