package import LotBinding
package import MarkedYAML
package import Scans
package import Telemetry

/// What `agent.yaml` says.
package struct AgentSettings: Sendable, Hashable {
  package let agent: AgentID
  package let site: Label
  package let stations: [StationSettings]
  package let buses: [BusSettings]
  package let devices: [DeviceSettings]

  /// Folder with device profiles, absolute.
  package let profiles: String
  package let journal: JournalSettings
  package let uplinks: [UplinkSettings]
  package let api: Endpoint

  /// What happens in doubtful cases.
  package let rules: BindingRules

  /// What codes are, and what keyboard scanners press for the separator.
  package let scans: CodeRules
  package let separatorKeys: [String]
  package let scanners: [ScannerSettings]

  /// When operators are signed off who do not do so themselves.
  package let crews: CrewRules

  /// From where the plant's lists are taken; nil for nowhere.
  package let lists: ListSettings?

  /// What says, outside of Lotline, whether stations may run.
  package let interlocks: [InterlockSettings]

  /// SHA-256 of the file's bytes, and its text, both for the journal.
  package let hash: Digest
  package let text: String

  /// What is doubtful in a file that can be used.
  package let warnings: [Finding]
}

extension AgentSettings {
  /// What lots, operators and material are bound by.
  package var binding: BindingPlan {
    BindingPlan(
      stations: Dictionary(stations.map { ($0.id, $0.lanes) }) { first, _ in first },
      rules: rules,
      crews: crews
    )
  }
}

package struct StationSettings: Sendable, Hashable {
  package let id: StationID
  package let title: String?

  /// On each of which a lot can be; empty for a station that takes one lot at a time.
  package let lanes: [LaneID]

  /// Nil for a station that lots do not move through.
  package let conveyor: ConveyorSettings?
}

/// One serial port or one TCP endpoint.
package struct BusSettings: Sendable, Hashable {
  package let id: String
  package let carrier: BusCarrier

  /// Longest wait for a reply.
  package let timeout: Duration

  /// The part of the bus's time that devices without an answer may take together.
  package let silentShare: Double
}

package struct DeviceSettings: Sendable, Hashable {
  package let id: DeviceID

  /// Name of a profile in ``AgentSettings/profiles``, and where the file names it.
  package let profile: String
  package let profileMark: SourceMark

  /// ``BusSettings/id``.
  package let bus: String

  /// Modbus unit identifier; nil for a serial instrument.
  package let unit: UnitID?

  /// Stations that the device serves.
  package let stations: [StationID]

  /// Signals that may be written; none unless the file names them.
  package let writes: [WriteSettings]

  /// What the plant calls the instrument that all its measured signals come from; nil where the file
  /// does not say.
  package let instrument: Label?

  /// Instruments of single signals.
  package let instruments: [InstrumentSettings]
}

/// The instrument that a signal comes from.
package struct InstrumentSettings: Sendable, Hashable {
  package let signal: String
  package let signalMark: SourceMark

  /// What the plant calls it, as in ``Calibration/instrument``.
  package let instrument: Label
}

/// A signal that may be written, and where the file says so.
package struct WriteSettings: Sendable, Hashable {
  package let permit: WritePermit
  package let signalMark: SourceMark

  /// Where the range is, or the signal when there is none.
  package let rangeMark: SourceMark
}

package struct JournalSettings: Sendable, Hashable {
  /// The journal's file, absolute.
  package let path: String

  /// Longest time that a frame waits for its commit.
  package let commitInterval: Duration

  /// Longest time between two checkpoints of a journal that grows.
  package let checkpointInterval: Duration

  /// The file of the private key that signs it, absolute.
  package let key: String

  /// Which frames stay.
  package let keep: KeepSettings

  /// Whether the file is copied before a program of a later schema version changes it.
  package let copiesBeforeMigration: Bool

  /// Who says when checkpoints were there; nil for nobody.
  package let timestamps: TimestampSettings?
}

/// A time-stamping authority (RFC 3161).
package struct TimestampSettings: Sendable, Hashable {
  package let url: String

  /// Least time from one timestamp to the next.
  package let interval: Duration
}

/// Which frames stay in the journal once every hub has them; without a word, all.
package struct KeepSettings: Sendable, Hashable {
  /// Frames that are older go.
  package var age: Duration?

  /// Frames go while the file holds more.
  package var bytes: Int?

  /// Whether frames go that no hub has, where there is no hub.
  package var unconfirmed = false

  package init() {}
}

package struct UplinkSettings: Sendable, Hashable {
  package let id: String

  /// The hub's address: `http://hub.plant:8480`.
  package let url: String

  /// Most records in one batch.
  package let batchRecords: Int
}
