internal import Profiles
internal import Telemetry

/// The plan of a bus, as programs read it.
struct BusPlanDocument: Encodable {
  struct Bus: Encodable {
    let kind: String
    var baud: Int?
    var characterFormat: String?
    var characterMilliseconds: Double?
    var frameGapMilliseconds: Double?
    var turnaroundMilliseconds: Double?
    var roundTripMilliseconds: Double?

    init(_ timing: BusTiming) {
      switch timing {
      case .rtu(let line, let turnaround):
        kind = "rtu"
        set(line, turnaround)
        frameGapMilliseconds = line.frameGap.milliseconds
      case .rtuOverTCP(let line, let turnaround, let roundTrip):
        kind = "rtu_over_tcp"
        set(line, turnaround)
        frameGapMilliseconds = line.frameGap.milliseconds
        roundTripMilliseconds = roundTrip.milliseconds
      case .serial(let line, let turnaround):
        kind = "serial"
        set(line, turnaround)
      case .tcp(let roundTrip):
        kind = "tcp"
        roundTripMilliseconds = roundTrip.milliseconds
      }
    }

    private mutating func set(_ line: SerialLine, _ turnaround: Duration) {
      baud = line.baud
      characterFormat = line.characterFormat
      characterMilliseconds = line.characterTime.milliseconds
      turnaroundMilliseconds = turnaround.milliseconds
    }

    private enum CodingKeys: String, CodingKey {
      case kind, baud
      case characterFormat = "character_format"
      case characterMilliseconds = "character_ms"
      case frameGapMilliseconds = "frame_gap_ms"
      case turnaroundMilliseconds = "turnaround_ms"
      case roundTripMilliseconds = "round_trip_ms"
    }
  }

  struct Request: Encodable {
    var function: UInt8?
    var table: String?
    var address: UInt16?
    var count: Int?
    var reference: String?
    var send: [UInt8]?
    let signals: Int
    let gap: Int
    let requestBytes: Int
    let replyBytes: Int
    let isReplyAssumed: Bool
    let milliseconds: Double

    init(_ request: PlannedRequest, time: Duration) {
      switch request.content {
      case .read(let block):
        function = block.table.functionCode
        table = block.table.rawValue
        address = block.address
        count = block.count
        reference = request.reference
      case .bytes(let bytes): send = bytes
      }
      signals = request.signalCount
      gap = request.readAlongCount
      requestBytes = request.length.request
      replyBytes = request.length.reply
      isReplyAssumed = request.isAssumed
      milliseconds = time.milliseconds
    }

    private enum CodingKeys: String, CodingKey {
      case function, table, address, count, reference, send, signals, gap
      case requestBytes = "request_bytes"
      case replyBytes = "reply_bytes"
      case isReplyAssumed = "reply_assumed"
      case milliseconds = "ms"
    }
  }

  struct Scan: Encodable {
    let device: String
    let group: String
    let periodMilliseconds: Double
    let pauseMilliseconds: Double
    let signals: Int
    let isListening: Bool
    let requests: [Request]
    let milliseconds: Double
    let load: Double
    let waitMilliseconds: Double
    let waitBehindAllMilliseconds: Double

    init(_ index: Int, of plan: BusPlan) {
      let scan = plan.scans[index]
      device = scan.device
      group = scan.group
      periodMilliseconds = scan.period.milliseconds
      pauseMilliseconds = scan.pause.milliseconds
      signals = scan.signalCount
      isListening = scan.isListening
      requests = scan.requests.map {
        Request($0, time: plan.timing.time(of: $0.length, pause: scan.pause))
      }
      milliseconds = plan.time(of: scan).milliseconds
      load = plan.load(of: scan)
      waitMilliseconds = plan.wait(of: index).milliseconds
      waitBehindAllMilliseconds = plan.waitBehindAll(of: index).milliseconds
    }

    private enum CodingKeys: String, CodingKey {
      case device, group, signals, requests, load
      case periodMilliseconds = "period_ms"
      case pauseMilliseconds = "pause_ms"
      case isListening = "listens"
      case milliseconds = "ms"
      case waitMilliseconds = "wait_ms"
      case waitBehindAllMilliseconds = "wait_behind_all_ms"
    }
  }

  let schema = 1
  let bus: Bus
  let scans: [Scan]
  let load: Double
  let fits: Bool
  let isTight: Bool
  let verdict: String

  init(_ plan: BusPlan, verdict: String) {
    bus = Bus(plan.timing)
    scans = plan.scans.indices.map { Scan($0, of: plan) }
    load = plan.load
    fits = plan.fits
    isTight = plan.isTight
    self.verdict = verdict
  }

  private enum CodingKeys: String, CodingKey {
    case schema, bus, scans, load, fits, verdict
    case isTight = "tight"
  }
}

extension Duration {
  fileprivate var milliseconds: Double { self / .milliseconds(1) }
}
