internal import CommandSupport
internal import Commissioning
internal import Fieldbus

extension ScanTarget {
  /// What a configuration should call it: a port's lasting name, where it has one.
  var lastingName: String {
    guard case .serial(let port) = self else { return "\(self)" }
    return PortNames().lastingName(of: port) ?? port
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
    let aliases = PortNames().all()
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
