/// The index of a folder of profiles, as its README.
package enum ProfileIndex {
  /// One table for each kind of device, in Markdown.
  package static func markdown(of profiles: [DeviceProfile]) -> String {
    var text = """
      # Device profiles

      What `lotline` can read out of the box, by kind of device. A profile that names a document was
      written from it; a generic one is a model to adapt. This page is made by
      `lotline profile list --markdown`.

      """
    for kind in DeviceKind.allCases {
      let members = profiles.filter { $0.kind == kind }.sorted { $0.name < $1.name }
      guard !members.isEmpty else { continue }
      text += "\n## \(kind.plural)\n\n| profile | device | access | signals | source |\n"
      text += "| --- | --- | --- | --- | --- |\n"
      for profile in members { text += row(profile) }
    }
    return text
  }

  private static func row(_ profile: DeviceProfile) -> String {
    let file = "[`\(profile.name)`](\(profile.name).yaml)"
    let base = profile.base.map { ", extends `\($0)`" } ?? ""
    let cells = [
      file, escaped(profile.title) + base, profile.accessName, "\(profile.signalNames.count)",
      escaped(profile.source.description),
    ]
    return "| " + cells.joined(separator: " | ") + " |\n"
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

extension DeviceProfile {
  fileprivate var accessName: String {
    switch access {
    case .modbus: "Modbus"
    case .serial(let access):
      access.groups.contains(where: \.request.isEmpty) ? "serial, sends by itself" : "serial"
    }
  }
}

extension DeviceProfile.Source: CustomStringConvertible {
  /// `generic`, or the document with revision and page.
  package var description: String {
    switch self {
    case .generic: "generic"
    case .document(let title, let revision, let page):
      ([title] + [revision.map { "revision \($0)" }, page.map { "page \($0)" }].compactMap { $0 })
        .joined(separator: ", ")
    }
  }
}

extension DeviceKind {
  fileprivate var plural: String {
    switch self {
    case .reflowOven: "Reflow ovens"
    case .servoDrive: "Drives"
    case .gearboxRig: "Test rigs"
    case .environment: "Environment"
    case .gasAnalyser: "Gas analysers"
    case .torqueMeter: "Torque and force"
    case .flow: "Flow"
    case .balance: "Balances"
    case .vibration: "Vibration"
    case .energyMeter: "Energy meters"
    case .ioModule: "Inputs and outputs"
    case .controller: "Controllers"
    case .other: "Other devices"
    }
  }
}
