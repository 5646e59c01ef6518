internal import CommandSupport
internal import Commissioning
internal import Telemetry

/// What a search found, as a table and as lines for `agent.yaml`, or as JSON.
struct ScanSummary {
  let report: ScanReport

  /// What a configuration should call the port or endpoint.
  let alias: String

  func print(json: Bool) throws {
    if json { return try Terminal.json(ScanDocument(report)) }
    Terminal.line()
    Terminal.line(ending)
    if !report.hits.isEmpty {
      Terminal.line()
      Terminal.table([["UNIT", "WHERE", "PROFILE"]] + report.hits.map(row))
    }
    let lines = configuration
    guard !lines.isEmpty else { return }
    Terminal.line()
    Terminal.line("For agent.yaml; put in the id of the station that each device serves:")
    Terminal.line()
    for line in lines { Terminal.line(line) }
  }

  private func row(_ hit: ScanHit) -> [String] {
    let best = hit.fits.first.map { "\($0.profile) (\($0.word))" } ?? "none fits"
    let others = hit.fits.count > 1 ? " or \(counted(hit.fits.count - 1, "other"))" : ""
    return ["\(hit.unit.rawValue)", "\(hit.place)", best + others]
  }

  private var ending: String {
    let found = counted(report.hits.count + report.instruments.count, "device")
    let count = "\(report.asked) of \(report.planned) questions"
    switch report.end {
    case .complete:
      let all = "All questions are asked (\(report.asked), in \(report.elapsed.inPeoplesWords))"
      return report.foundSomething ? "\(all); found \(found)." : "\(all). \(Self.nothing)"
    case .stopped: return "Stopped after \(count); found \(found)."
    case .failed: return "Broken off after \(count); found \(found)."
    case .traffic:
      return report.asked == 0
        ? "Nothing was sent, because others speak on this line; found \(found). "
          + "--active asks nevertheless."
        : "Stopped after \(count), because others speak on this line; found \(found). "
          + "--active goes on nevertheless."
    }
  }

  private static let nothing =
    "Nothing answered. Is the device on? Are A and B, or TX and RX, the right way round? "
    + "Does it take longer to answer (--timeout 500ms)?"

  // MARK: agent.yaml

  private var configuration: [String] {
    // Unit 255 is the device's own address on TCP, beside the one that was found.
    let hits = report.hits.filter { $0.unit.rawValue != 255 || report.hits.count == 1 }
    var buses: [String] = []
    var devices: [String] = []
    var places: [ScanPlace] = []
    for hit in hits {
      if !places.contains(hit.place) {
        places.append(hit.place)
        buses.append("  - {id: bus-\(places.count), \(carrier(hit.place))}")
      }
      let number = (places.firstIndex(of: hit.place) ?? 0) + 1
      devices.append(
        "  - {id: device-\(devices.count + 1), profile: \(profile(hit.fits)), bus: bus-\(number), "
          + "unit: \(hit.unit.rawValue), station: STATION}"
      )
    }
    for instrument in report.instruments {
      let number = buses.count + 1
      buses.append("  - {id: bus-\(number), serial: \(settings(instrument.text.line))}")
      devices.append(
        "  - {id: device-\(devices.count + 1), profile: \(profile(instrument.fits)), "
          + "bus: bus-\(number), station: STATION}"
      )
    }
    return buses.isEmpty ? [] : ["buses:"] + buses + ["devices:"] + devices
  }

  private func profile(_ fits: [ProfileFit]) -> String { fits.first?.profile ?? "PROFILE" }

  private func carrier(_ place: ScanPlace) -> String {
    switch place {
    case .tcp(let endpoint): "tcp: \"\(endpoint)\""
    case .serial(let line): "rtu: \(settings(line))"
    }
  }

  private func settings(_ line: SerialLine) -> String {
    let bits = line.dataBits == 8 ? "" : ", data_bits: \(line.dataBits)"
    return "{port: \"\(alias)\", baud: \(line.baud), parity: \(line.parity.rawValue)\(bits), "
      + "stop_bits: \(line.stopBits)}"
  }
}
