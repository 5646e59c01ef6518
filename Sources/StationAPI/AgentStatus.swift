package import Telemetry

/// Everything the agent knows at one moment, as the local API, the page and `lotline status` show it.
package struct AgentStatus: Sendable, Hashable, Codable {
  /// Version of this document's shape; 1.
  package var schema = 1
  package let agent: AgentID
  package let site: Label
  package let software: String
  package let at: Instant
  package let startedAt: Instant
  package let stations: [StationStatus]
  package let devices: [DeviceStatus]

  /// The instruments that the configuration and the profiles name; nil from an agent that does not
  /// know of them.
  package let instruments: [InstrumentStatus]?
  package let journal: JournalStatus
  package let uplinks: [UplinkStatus]

  /// Nil from an agent that does not know of it.
  package let clock: ClockStatus?

  /// Keys that a keyboard scanner presses for the separator GS, beside Ctrl+]; nil for none.
  package let separatorKeys: [String]?

  /// The plant's lists; nil where none is in force, and none is looked for.
  package let lists: ListsStatus?

  /// The barcode scanners on serial ports; nil where there is none.
  package let scanners: [ScannerStatus]?

  /// How checkpoints get timestamps; nil where no authority is asked.
  package let timestamps: TimestampStatus?

  package init(
    agent: AgentID,
    site: Label,
    software: String,
    at: Instant,
    startedAt: Instant,
    stations: [StationStatus],
    devices: [DeviceStatus],
    instruments: [InstrumentStatus]? = nil,
    journal: JournalStatus,
    uplinks: [UplinkStatus],
    clock: ClockStatus?,
    separatorKeys: [String]? = nil,
    lists: ListsStatus? = nil,
    scanners: [ScannerStatus]? = nil,
    timestamps: TimestampStatus? = nil
  ) {
    self.agent = agent
    self.site = site
    self.software = software
    self.at = at
    self.startedAt = startedAt
    self.stations = stations
    self.devices = devices
    self.instruments = instruments
    self.journal = journal
    self.uplinks = uplinks
    self.clock = clock
    self.separatorKeys = separatorKeys
    self.lists = lists
    self.scanners = scanners
    self.timestamps = timestamps
  }

  private enum CodingKeys: String, CodingKey {
    case schema, agent, site, software, at, stations, devices, instruments, journal, uplinks, clock
    case lists, scanners, timestamps
    case startedAt = "started_at"
    case separatorKeys = "separator_keys"
  }
}

/// One device, and the last reading of each of its signals.
package struct DeviceStatus: Sendable, Hashable, Codable {
  package let id: DeviceID
  package let profile: String
  package let title: String

  /// The profile's `kind`: `reflow_oven`.
  package let kind: String
  package let stations: [StationID]

  /// Since when the device gives no answer, or is another one, and why; nil while it is read.
  package let silent: Silence?
  package let signals: [SignalStatus]

  package init(
    id: DeviceID,
    profile: String,
    title: String,
    kind: String,
    stations: [StationID],
    silent: Silence?,
    signals: [SignalStatus]
  ) {
    self.id = id
    self.profile = profile
    self.title = title
    self.kind = kind
    self.stations = stations
    self.silent = silent
    self.signals = signals
  }

  package struct Silence: Sendable, Hashable, Codable {
    package let since: Instant

    /// What happened, where, and what to check.
    package let detail: String

    /// About how many milliseconds it is from one request that asks whether the device is back to
    /// the next; nil for an instrument that is only listened to.
    package let askedEveryMilliseconds: Int?

    package init(since: Instant, detail: String, askedEveryMilliseconds: Int?) {
      self.since = since
      self.detail = detail
      self.askedEveryMilliseconds = askedEveryMilliseconds
    }

    private enum CodingKeys: String, CodingKey {
      case since, detail
      case askedEveryMilliseconds = "asked_every_ms"
    }
  }
}

/// One signal and its last reading.
package struct SignalStatus: Sendable, Hashable, Codable {
  package let name: String
  package let title: String?
  package let quantity: String?

  /// UCUM code.
  package let unit: String?

  /// `setpoint`, `reading`, `state`, `program`; nil for none of them.
  package let role: String?

  /// Metres from the conveyor's entry.
  package let position: Double?

  /// The instrument that it comes from, as in ``InstrumentStatus/instrument``; nil for none.
  package let calibration: String?

  /// Nil before the first scan, and when there was no value.
  package let value: Value?

  /// `good`, a cause's code (`timeout`), or `pending` before the first scan.
  package let quality: String

  /// What the quality means, in a sentence.
  package let meaning: String

  /// Time of the reading; nil before the first scan.
  package let at: Instant?

  /// Milliseconds from one reading to the next.
  package let periodMilliseconds: Int?

  package init(
    name: String,
    title: String?,
    quantity: String?,
    unit: String?,
    role: String?,
    position: Double?,
    calibration: String? = nil,
    value: Value?,
    quality: String,
    meaning: String,
    at: Instant?,
    periodMilliseconds: Int?
  ) {
    self.name = name
    self.title = title
    self.quantity = quantity
    self.unit = unit
    self.role = role
    self.position = position
    self.calibration = calibration
    self.value = value
    self.quality = quality
    self.meaning = meaning
    self.at = at
    self.periodMilliseconds = periodMilliseconds
  }

  private enum CodingKeys: String, CodingKey {
    case name, title, quantity, unit, role, position, calibration, value, quality, meaning, at
    case periodMilliseconds = "period_ms"
  }
}

/// The local journal.
package struct JournalStatus: Sendable, Hashable, Codable {
  /// Sequence number of the last durable record.
  package let seq: Int

  /// Time of the last durable record.
  package let at: Instant?
  package let path: String

  /// Size of the file on disk, in bytes.
  package let bytes: Int

  /// What is wrong with it, where it cannot be written; nil when all is well.
  package let problem: String?

  /// Bytes that are free for it; nil where that is not known.
  package let freeBytes: Int?

  /// Days until the disk is full at the present rate; nil while that is not known, or far off.
  package let daysLeft: Double?

  /// What else a technician should know of it, in sentences; nil for nothing.
  package private(set) var notices: [String]?

  package init(
    seq: Int,
    at: Instant?,
    path: String,
    bytes: Int,
    problem: String?,
    freeBytes: Int? = nil,
    daysLeft: Double? = nil,
    notices: [String] = []
  ) {
    self.seq = seq
    self.at = at
    self.path = path
    self.bytes = bytes
    self.problem = problem
    self.freeBytes = freeBytes
    self.daysLeft = daysLeft
    self.notices = notices.isEmpty ? nil : notices
  }

  private enum CodingKeys: String, CodingKey {
    case seq, at, path, bytes, problem, notices
    case freeBytes = "free_bytes"
    case daysLeft = "days_left"
  }

  /// The same, with more to know.
  package func adding(_ more: [String]) -> JournalStatus {
    var copy = self
    copy.notices = more.isEmpty ? notices : (notices ?? []) + more
    return copy
  }
}

/// One destination of the journal.
package struct UplinkStatus: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable {
    /// Not tried yet.
    case starting
    /// The last batch was committed by the hub.
    case connected
    /// The hub cannot be reached; records wait in the journal. Not an error.
    case away
    /// The hub refuses this journal; somebody must look.
    case refused
  }

  package let id: String
  package let url: String
  package let state: State
  package let since: Instant

  /// The last record that the hub has confirmed.
  package let confirmed: Int

  /// Records that wait.
  package let backlog: Int

  /// The last failure in words; nil while connected.
  package let detail: String?

  package init(
    id: String,
    url: String,
    state: State,
    since: Instant,
    confirmed: Int,
    backlog: Int,
    detail: String?
  ) {
    self.id = id
    self.url = url
    self.state = state
    self.since = since
    self.confirmed = confirmed
    self.backlog = backlog
    self.detail = detail
  }
}
