package import LotBinding
package import MarkedYAML
package import Telemetry

/// A station's conveyor as `agent.yaml` says it; lengths are metres, speeds metres a second.
///
/// Whether its signals are there, and what they tell, is checked where the profiles are read.
package struct ConveyorSettings: Sendable, Hashable {
  package let mark: Whereabouts
  package let length: Double
  package let entry: Double
  package let exit: Double
  package let reach: Double
  package let speed: SignalReference?
  package let fixedSpeed: Double?

  /// Nil where the speed signal's range says it.
  package let fastest: Double?
  package let accuracy: Double
  package let hold: Duration
  package let boardLength: Double?
  package let exitTolerance: Double
  package let nextLot: Conveyor.NextLot

  /// One at least; the only one has no name where the station has no lanes.
  package let lanes: [LaneSettings]
}

/// What a lane has of its own.
package struct LaneSettings: Sendable, Hashable {
  package let id: LaneID?
  package let speed: SignalReference?
  package let entered: EyeSettings?
  package let left: EyeSettings?
}

/// A signal of a device, and where the file names it.
package struct SignalReference: Sendable, Hashable {
  package let device: DeviceID
  package let signal: String
  package let deviceMark: Whereabouts
  package let signalMark: Whereabouts
}

/// Where a file says something; it makes no difference between two files that say the same.
package struct Whereabouts: Sendable, Hashable {
  package let mark: SourceMark

  package static func == (one: Self, other: Self) -> Bool { true }

  package func hash(into hasher: inout Hasher) {}
}

/// A signal that a board sets while it is before it.
package struct EyeSettings: Sendable, Hashable {
  package let signal: SignalReference

  /// What it reads while a board is before it.
  package let isCoveredWhenOn: Bool
}
