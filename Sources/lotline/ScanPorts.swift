internal import CommandSupport
internal import Commissioning
internal import Fieldbus
internal import FoundationEssentials

/// Lasting names of serial ports: those of the system's folder `by-id`, which say which adapter it
/// is, whatever socket it is in.
enum PortAlias {
  private static let folder = "/dev/serial/by-id"

  /// The lasting name of each device file.
  static func all() -> [String: String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var aliases: [String: String] = [:]
    for name in names.sorted() {
      let link = folder + "/" + name
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else {
        continue
      }
      let file = target.split(separator: "/").last.map { "/dev/" + $0 } ?? target
      aliases[file] = link
    }
    return aliases
  }

  /// What a configuration should call a port; the port itself where it has no other name.
  static func lasting(of target: ScanTarget) -> String {
    guard case .serial(let port) = target else { return "\(target)" }
    return all()[port] ?? port
  }
}

/// The serial ports that the machine has.
struct PortList {
  private struct Document: Encodable {
    struct Port: Encodable {
      let path: String
      let lastingName: String?
      let description: String?
      let manufacturer: String?
      let product: String?
      let serialNumber: String?
    }

    let schema = 1
    let ports: [Port]
  }

  func print(json: Bool) throws {
    let aliases = PortAlias.all()
    let ports = SerialPortDescription.all()
    if json {
      try Terminal.json(
        Document(
          ports: ports.map {
            Document.Port(
              path: $0.path,
              lastingName: aliases[$0.path],
              description: $0.description,
              manufacturer: $0.manufacturer,
              product: $0.product,
              serialNumber: $0.serialNumber
            )
          }
        )
      )
    } else if ports.isEmpty {
      Terminal.line("This machine has no serial port. Is the adapter plugged in?")
      Terminal.line("A TCP device is searched with: lotline scan --tcp HOST:502")
    } else {
      let rows = ports.map { port in
        [port.path, aliases[port.path] ?? "", port.product ?? port.description ?? ""]
      }
      Terminal.table([["PORT", "LASTING NAME", "ADAPTER"]] + rows)
      Terminal.line()
      Terminal.line("Search one with: lotline scan --port \(ports[0].path)")
    }
  }
}
