internal import MarkedYAML
internal import Telemetry

/// Reads `lists` and `interlock`.
struct ListSettingsReader {
  let fields: FieldReader
  let stations: [StationID]
  let uplinks: [UplinkSettings]
  let paths: PathResolver

  func lists() -> ListSettings? {
    guard let reader = fields.mapping(AgentShape.lists) else { return nil }
    let uplink = reader.value(ListShape.uplink)
    let every = reader.value(ListShape.every)
    reader.finish()
    guard let uplink else { return nil }
    guard let known = uplinks.first(where: { $0.id == uplink.value }) else {
      fields.log.addUnknown(uplink, noun: "uplink", known: uplinks.map(\.id))
      return nil
    }
    return ListSettings(
      uplink: known.id,
      url: known.url,
      interval: every?.value ?? .seconds(2)
    )
  }

  func interlocks() -> [InterlockSettings] {
    var names = UniqueNames(noun: "the interlock of", log: fields.log)
    return fields.mappings(AgentShape.interlock).compactMap { reader in
      let station = reader.value(InterlockShape.station)
      let withoutLot = reader.value(InterlockShape.withoutLot)
      let silentDevice = reader.value(InterlockShape.silentDevice)
      let file = file(reader)
      let command = command(reader)
      reader.finish()
      guard let station else { return nil }
      let name = Marked(station.value.text, at: station.mark)
      names.take(name, advice: "a station has one; write its file and command in one entry")
      if !stations.contains(station.value) {
        fields.log.addUnknown(name, noun: "station", known: stations.map(\.text))
      }
      return InterlockSettings(
        station: station.value,
        stopsWithoutLot: withoutLot?.value != .run,
        stopsWhenSilent: silentDevice?.value != .run,
        file: file,
        command: command
      )
    }
  }

  private func file(_ interlock: FieldReader) -> InterlockSettings.File? {
    guard let reader = interlock.mapping(InterlockShape.file) else { return nil }
    let path = reader.value(InterlockShape.FileShape.path)
    let refresh = reader.value(InterlockShape.FileShape.refresh)
    let atExit = reader.value(InterlockShape.FileShape.atExit)
    reader.finish()
    return path.map {
      InterlockSettings.File(
        path: paths.absolute($0.value),
        refresh: refresh?.value ?? .seconds(1),
        atExit: atExit?.value ?? .stop
      )
    }
  }

  private func command(_ interlock: FieldReader) -> InterlockSettings.Command? {
    guard let reader = interlock.mapping(InterlockShape.command) else { return nil }
    let program = reader.value(InterlockShape.CommandShape.program)
    let arguments = reader.values(InterlockShape.CommandShape.arguments)
    let timeout = reader.value(InterlockShape.CommandShape.timeout)
    let atExit = reader.value(InterlockShape.CommandShape.atExit)
    reader.finish()
    return program.map {
      InterlockSettings.Command(
        program: paths.absolute($0.value),
        arguments: (arguments ?? []).map(\.value),
        timeout: timeout?.value ?? .seconds(5),
        atExit: atExit?.value == .keep ? .keep : .stop
      )
    }
  }
}
