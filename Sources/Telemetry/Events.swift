/// The first record of every journal: whose it is.
package struct JournalOpening: Sendable, Hashable, Codable {
  /// Version of the record format; 1.
  package static let currentFormat = 1

  package let format: Int
  package let agent: AgentID
  package let site: Label

  /// Names this journal among all that an agent of this name ever kept: 32 hexadecimal digits.
  package let journal: String

  /// Version of the program that opened it.
  package let software: String

  /// The journal that it goes on from; nil for an agent's first.
  package let continues: JournalSuccession?

  package init(
    agent: AgentID,
    site: Label,
    journal: String,
    software: String,
    continues: JournalSuccession? = nil
  ) {
    format = Self.currentFormat
    self.agent = agent
    self.site = site
    self.journal = journal
    self.software = software
    self.continues = continues
  }

  /// The same, of another journal.
  package func named(_ journal: String) -> JournalOpening {
    JournalOpening(
      agent: agent,
      site: site,
      journal: journal,
      software: software,
      continues: continues
    )
  }

  /// The same, of a journal that goes on from another.
  package func continuing(_ succession: JournalSuccession) -> JournalOpening {
    JournalOpening(
      agent: agent,
      site: site,
      journal: journal,
      software: software,
      continues: succession
    )
  }
}

/// A profile or configuration file as it was read, once for each content.
package struct DocumentRevision: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Codable, CaseIterable { case profile, configuration }

  package let kind: Kind

  /// The profile's name, or the configuration file's.
  package let name: String

  /// SHA-256 of the file's bytes.
  package let sha256: Digest

  /// The file's text.
  package let text: String

  package init(kind: Kind, name: String, sha256: Digest, text: String) {
    self.kind = kind
    self.name = name
    self.sha256 = sha256
    self.text = text
  }
}

/// Something that happened to the agent or a device, worth a line in the story of a lot.
package struct Event: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case agentStarted = "agent_started"
    case agentStopped = "agent_stopped"
    case deviceLost = "device_lost"
    case deviceRecovered = "device_recovered"
    case deviceFrozen = "device_frozen"
    case deviceMoving = "device_moving"
    case deviceRestarted = "device_restarted"
    case signalsRefused = "signals_refused"
    case signalsAnswered = "signals_answered"
    case configurationApplied = "configuration_applied"
    case configurationRefused = "configuration_refused"
    case scanRefused = "scan_refused"
    case scannerLost = "scanner_lost"
    case scannerRecovered = "scanner_recovered"
    case listRefused = "list_refused"
    case lotHeld = "lot_held"
    case lotCleared = "lot_cleared"
    case programWithdrawn = "program_withdrawn"
    case programReleased = "program_released"
    case interlockRun = "interlock_run"
    case interlockStop = "interlock_stop"
    case interlockFailed = "interlock_failed"
    case interlockWorks = "interlock_works"
    case materialExpired = "material_expired"
    case floorLifeExceeded = "floor_life_exceeded"
    case materialBlocked = "material_blocked"
    case calibrationOverdue = "calibration_overdue"
    case boardOutOfOrder = "board_out_of_order"
    case journalContinued = "journal_continued"
    case journalMigrated = "journal_migrated"
    case spaceLow = "space_low"
    case framesThin = "frames_thin"
    case framesStopped = "frames_stopped"
    case spaceEnough = "space_enough"
  }

  package let kind: Kind
  package let device: DeviceID?

  /// The station, lane and lot that it is about.
  package let station: StationID?
  package let lane: LaneID?
  package let lot: LotID?

  /// The board that it is about.
  package let serial: SerialNumber?

  /// Codes of what it is about, as of ``BindingNote/code``.
  package let notes: [String]?

  /// Sequence number of the ``MaterialLoad`` that it is about.
  package let load: Int?

  /// The instrument that it is about, as ``Calibration/instrument``.
  package let instrument: Label?

  /// What happened, in words.
  package let detail: String

  package init(
    _ kind: Kind,
    device: DeviceID? = nil,
    station: StationID? = nil,
    lane: LaneID? = nil,
    lot: LotID? = nil,
    serial: SerialNumber? = nil,
    notes: [String]? = nil,
    load: Int? = nil,
    instrument: Label? = nil,
    detail: String
  ) {
    self.kind = kind
    self.device = device
    self.station = station
    self.lane = lane
    self.lot = lot
    self.serial = serial
    self.notes = notes?.isEmpty == true ? nil : notes
    self.load = load
    self.instrument = instrument
    self.detail = detail
  }

  private enum CodingKeys: String, CodingKey {
    case kind = "event"
    case device, station, lane, lot, serial, notes, load, instrument, detail
  }
}

/// Scans that should have happened and did not.
package struct Gap: Sendable, Hashable, Codable {
  package enum Reason: String, Sendable, Codable, CaseIterable {
    /// The agent was not running.
    case agentDown = "agent_down"
    /// The bus was still busy when the scan was due.
    case late
    /// The journal could not be written.
    case storageFailed = "storage_failed"
    /// The bus was being changed by a reload.
    case reconfigured
    /// The device gave no answer, and was only asked from time to time whether it is back.
    case deviceSilent = "device_silent"
    /// There was no room for all frames.
    case spaceLow = "space_low"
    /// They were recorded, and taken out again to make room, although no hub had them.
    case pruned
  }

  package let reason: Reason

  /// The device and scan group that missed scans; nil for all of them.
  package let device: DeviceID?
  package let group: String?

  /// The last time before the gap for which there is a record, and the first after it.
  package let from: Instant
  package let to: Instant

  /// Scans missed; nil where that was not known.
  package let scans: Int?

  package init(
    _ reason: Reason,
    device: DeviceID? = nil,
    group: String? = nil,
    from: Instant,
    to: Instant,
    scans: Int? = nil
  ) {
    self.reason = reason
    self.device = device
    self.group = group
    self.from = from
    self.to = to
    self.scans = scans
  }
}
