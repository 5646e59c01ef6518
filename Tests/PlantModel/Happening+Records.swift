import LotBinding
import Telemetry

extension ReferencePlant {
  /// Why the agent did not do something.
  enum Refusal: Error, Hashable {
    case rules(Set<String>)
    case impossible(String)
  }
}

extension ReferencePlant.Refusal {
  init(_ error: BindingError) {
    self =
      switch error {
      case .refused(let notes): .rules(Set(notes.map(\.code)))
      case .laneNeeded, .unknownLane: .impossible("lane")
      case .busy: .impossible("busy")
      case .idle: .impossible("idle")
      case .operatorNeeded: .impossible("operator")
      case .unitInside: .impossible("inside")
      case .unitNotInside: .impossible("outside")
      case .unitScrapped: .impossible("scrapped")
      case .calibrationDates: .impossible("dates")
      case .notSignedOn: .impossible("not there")
      case .alreadyLoaded: .impossible("loaded")
      case .notLoaded: .impossible("not loaded")
      case .intoItself: .impossible("into itself")
      case .unknownOutput: .impossible("output")
      case .unknownInput: .impossible("input")
      default: .impossible("\(error)")
      }
  }

  init(_ error: CorrectionError) {
    self =
      switch error {
      case .missing: .impossible("missing")
      case .future: .impossible("future")
      case .beforeJournal: .impossible("before")
      case .emptySpan: .impossible("span")
      case .unknownRecord: .impossible("unknown")
      case .notACorrection: .impossible("no correction")
      case .alreadyWithdrawn: .impossible("withdrawn")
      case .voided: .impossible("voided")
      case .noChange: .impossible("no change")
      case .notFound: .impossible("not found")
      case .ambiguous: .impossible("ambiguous")
      case .overlap: .impossible("overlap")
      case .stillThere, .operatorStillThere: .impossible("still there")
      case .operatorNotThere: .impossible("not there")
      case .endNeeded: .impossible("end needed")
      case .endShownAgain: .impossible("end shown again")
      case .binding(let error): Self(error)
      }
  }
}

extension ReferencePlant.Happening {
  /// What a record says; nil for one that is no happening of the model.
  init?(_ content: Record.Content) {
    switch content {
    case .binding(let binding):
      self = .started(
        binding.lot,
        StationLane(binding.station, binding.lane),
        binding.operatorName
      )
    case .bindingEnd(let end):
      self = .ended(end.lot, StationLane(end.station, end.lane), end.reason)
    case .unit(let unit):
      let place = StationLane(unit.station, unit.lane)
      self = .unit(unit.serial, unit.event, place, binding: unit.binding)
    case .crew(let crew):
      let came = [.on, .replaced].contains(crew.change) ? crew.operatorName : nil
      self = .crew(crew.operators, crew.station, came: came)
    case .materialLoad(let load): self = .loaded(ReferencePlant.Load(load))
    case .materialUnload(let unload): self = .unloaded(unload.load)
    case .consumption(let consumption):
      self = .used(
        ReferencePlant.Use(
          output: consumption.output,
          outputSerial: consumption.outputSerial,
          input: consumption.input,
          inputSerial: consumption.inputSerial,
          station: consumption.station,
          binding: consumption.binding,
          load: consumption.load
        )
      )
    case .calibration(let calibration): self = .calibrated(calibration)
    case .correction(let correction): self = .corrected(ReferencePlant.Change(correction.change))
    default: return nil
    }
  }
}

extension ReferencePlant.Load {
  init(_ load: MaterialLoad) {
    self.init(
      station: load.station,
      lot: load.lot,
      part: load.part,
      operatorName: load.operatorName,
      certificate: load.certificate,
      document: load.certificateReference?.id,
      expires: load.expires.map(PlantClock.wall),
      opened: load.opened.map(PlantClock.wall),
      lifeEnds: load.floorLifeUntil.map(PlantClock.wall),
      hasNotes: load.notes != nil
    )
  }
}

extension ReferencePlant.Change {
  init(_ change: Correction.Change) {
    self =
      switch change {
      case .insertLot(let binding, let from, let to):
        .insert(
          .lot,
          ReferencePlant.Content(binding),
          from: PlantClock.wall(from),
          to: PlantClock.wall(to)
        )
      case .insertMaterial(let load, let from, let to):
        .insert(
          .material,
          ReferencePlant.Content(load),
          from: PlantClock.wall(from),
          to: PlantClock.wall(to)
        )
      case .presence(let presence, let from, let to):
        .presence(
          presence.operatorName,
          presence.station,
          wasThere: presence.wasThere,
          from: PlantClock.wall(from),
          to: PlantClock.wall(to)
        )
      case .replaceLot(let entry, let binding):
        .replace(.lot, entry, ReferencePlant.Content(binding))
      case .replaceMaterial(let entry, let load):
        .replace(.material, entry, ReferencePlant.Content(load))
      case .times(let entry, let from, let to):
        .times(entry, from: from.map(PlantClock.wall), to: to.map(PlantClock.wall))
      case .void(let entry): .void(entry)
      case .notConsumed(let entry, _): .notUsed(entry)
      case .withdraw(let seq): .withdraw(seq)
      }
  }
}

extension ReferencePlant.Content {
  init(_ binding: Binding) {
    self.init(
      lot: binding.lot,
      place: StationLane(binding.station, binding.lane),
      operatorName: binding.operatorName
    )
  }

  init(_ load: MaterialLoad) {
    self.init(
      lot: load.lot,
      place: StationLane(load.station),
      operatorName: load.operatorName,
      load: ReferencePlant.Load(load)
    )
  }
}
