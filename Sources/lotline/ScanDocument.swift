internal import Commissioning
internal import Telemetry

/// What a search found, for programs.
struct ScanDocument: Encodable {
  struct Line: Encodable {
    let baud: Int
    let parity: String
    let dataBits: Int
    let stopBits: Int

    init(_ line: SerialLine) {
      baud = line.baud
      parity = line.parity.rawValue
      dataBits = line.dataBits
      stopBits = line.stopBits
    }
  }

  struct Fit: Encodable {
    let profile: String
    /// `fits`, `may fit`.
    let verdict: String
    let identified: Bool
    let asked: Int
    let answered: Int
    let values: Int
    let plausible: Int

    init(_ fit: ProfileFit) {
      profile = fit.profile
      verdict = fit.word
      identified = fit.isIdentified
      asked = fit.asked
      answered = fit.answered
      values = fit.values
      plausible = fit.plausible
    }
  }

  struct Device: Encodable {
    let unit: UInt8
    let line: Line?
    let table: String?
    let register: UInt16?
    let exception: UInt8?
    let ignoresUnit: Bool
    let profiles: [Fit]

    init(_ hit: ScanHit) {
      unit = hit.unit.rawValue
      ignoresUnit = hit.ignoresUnit
      profiles = hit.fits.map(Fit.init)
      if case .serial(let line) = hit.place { self.line = Line(line) } else { line = nil }
      switch hit.answer {
      case .register(let table, let value):
        (self.table, register, exception) = (table.rawValue, value, nil)
      case .exception(let code): (table, register, exception) = (nil, nil, code)
      }
    }
  }

  struct Instrument: Encodable {
    let line: Line
    let terminator: String
    let lines: [String]
    let sendsByItself: Bool
    let profiles: [Fit]

    init(_ instrument: ScanInstrument) {
      line = Line(instrument.text.line)
      terminator = instrument.text.terminatorText
      lines = instrument.text.texts
      sendsByItself = instrument.request == nil
      profiles = instrument.fits.map(Fit.init)
    }
  }

  struct Hearing: Encodable {
    let line: Line
    /// `modbus`, `text`, `noise`, `silence`.
    let kind: String
    let unitsAsked: [UInt8]
    let unitsAnswering: [UInt8]

    init(_ hearing: ScanHearing) {
      line = Line(hearing.line)
      switch hearing.content {
      case .modbus(let traffic):
        kind = "modbus"
        unitsAsked = traffic.asked.sorted()
        unitsAnswering = traffic.answering.sorted()
        return
      case .text: kind = "text"
      case .noise: kind = "noise"
      case .silence: kind = "silence"
      }
      unitsAsked = []
      unitsAnswering = []
    }
  }

  let schema = 1
  let target: String
  /// `complete`, `stopped`, `traffic`, `failed`.
  let end: String
  let asked: Int
  let planned: Int
  let devices: [Device]
  let instruments: [Instrument]
  let heard: [Hearing]
  let notes: [String]

  init(_ report: ScanReport) {
    target = report.target.description
    end =
      switch report.end {
      case .complete: "complete"
      case .stopped: "stopped"
      case .traffic: "traffic"
      case .failed: "failed"
      }
    asked = report.asked
    planned = report.planned
    devices = report.hits.map(Device.init)
    instruments = report.instruments.map(Instrument.init)
    heard = report.hearings.map(Hearing.init)
    notes = report.notes
  }
}
