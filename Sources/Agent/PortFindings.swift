internal import Fieldbus
package import MarkedYAML
internal import Settings
internal import Telemetry

/// Rules about what a configuration names on this machine, beyond those about the file itself.
extension FindingCode {
  static let samePort = FindingCode(
    "same-port",
    "in a configuration: two buses name one serial port in different ways"
  )
  static let passingPortName = FindingCode(
    "passing-port-name",
    "in a configuration: a port's name may go to another adapter when one is plugged in again"
  )
}

/// What this machine says of the serial ports that a configuration names.
struct PortFindings {
  /// A port as a bus names it.
  private struct Place {
    let bus: String
    let port: String
    let mark: SourceMark
  }

  private let file: String
  private let places: [Place]

  init(_ settings: AgentSettings, file: String) {
    self.file = file
    let root = YAMLDocument.compose(settings.text, into: FindingLog(file: file))
    let nodes = root?.value(of: "buses")?.items ?? []
    places = zip(settings.buses, nodes).compactMap { bus, node in
      guard let port = bus.carrier.port else { return nil }
      let line = node.value(of: "rtu") ?? node.value(of: "serial")
      return Place(bus: bus.id, port: port, mark: line?.value(of: "port")?.mark ?? node.mark)
    }
  }

  /// Buses whose ports are one and the same, whatever they call it; a port that is not plugged in
  /// is none.
  var clashes: [Finding] {
    var first: [String: Place] = [:]
    return places.compactMap { place in
      guard let device = PortNames.device(of: place.port) else { return nil }
      guard let other = first[device] else {
        first[device] = place
        return nil
      }
      return Finding(
        file: file,
        mark: place.mark,
        code: .samePort,
        message: "bus \(place.bus) names \(place.port), which is \(device) as \(other.port) of bus "
          + "\(other.bus) is, at \(other.mark.words); name it once, as one bus, and let the devices "
          + "share it"
      )
    }
  }

  /// Ports for which there is a name that lasts.
  func advice(_ names: PortNames) -> [Finding] {
    places.compactMap { place in
      names.lastingName(of: place.port).map { lasting in
        Finding(
          file: file,
          mark: place.mark,
          severity: .warning,
          code: .passingPortName,
          message: "\(place.port) may be another adapter when one is plugged in again; its lasting "
            + "name is \(lasting)"
        )
      }
    }
  }
}

extension PlantPlan {
  /// What works as it is, and could be better.
  ///
  /// - Parameter serialPorts: The folder with the lasting names of ports.
  /// - Returns: One warning for each port that has a better name.
  package func advice(serialPorts: String = "/dev/serial") -> [Finding] {
    PortFindings(settings, file: path).advice(PortNames(folder: serialPorts))
  }
}

extension BusCarrier {
  /// The serial port; nil where there is none.
  fileprivate var port: String? {
    switch self {
    case .rtu(let line), .serial(let line): line.port
    default: nil
    }
  }
}

extension YAMLNode {
  fileprivate var items: [YAMLNode] {
    if case .sequence(let nodes) = content { nodes } else { [] }
  }
}
