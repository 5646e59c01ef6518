/// One entry of the journal.
///
/// The bytes that ``RecordCoding`` makes of it are what is committed, hashed, sent and kept; they
/// never change.
package struct Record: Sendable, Hashable {
  /// 1, 2, 3 … without holes within a journal; the only order there is.
  package let seq: Int

  /// When it happened; for a frame, ``Frame/at``.
  package let at: Instant

  package let content: Content

  package init(seq: Int, at: Instant, content: Content) {
    self.seq = seq
    self.at = at
    self.content = content
  }

  /// What a record says.
  package enum Content: Sendable, Hashable {
    case opening(JournalOpening)
    case document(DocumentRevision)
    case layout(FrameLayout)
    case frame(Frame)
    case binding(Binding)
    case bindingEnd(BindingEnd)
    case unit(UnitPassage)
    case board(BoardPassage)
    case crew(CrewChange)
    case materialLoad(MaterialLoad)
    case materialUnload(MaterialUnload)
    case consumption(Consumption)
    case calibration(Calibration)
    case event(Event)
    case gap(Gap)
    case clock(ClockState)
    case clockStep(ClockStep)
    case write(WriteOrder)
    case writeOutcome(WriteOutcome)
    case plantList(PlantListPart)
    case correction(Correction)
    case checkpoint(JournalCheckpoint)
    case key(JournalKey)
    case timestamp(CheckpointTimestamp)
    case pruned(PrunedFrames)

    /// The record's `type` member.
    package var type: String {
      switch self {
      case .opening: "opening"
      case .document: "document"
      case .layout: "layout"
      case .frame: "frame"
      case .binding: "binding"
      case .bindingEnd: "binding_end"
      case .unit: "unit"
      case .board: "board"
      case .crew: "crew"
      case .materialLoad: "material_load"
      case .materialUnload: "material_unload"
      case .consumption: "consumption"
      case .calibration: "calibration"
      case .event: "event"
      case .gap: "gap"
      case .clock: "clock"
      case .clockStep: "clock_step"
      case .write: "write"
      case .writeOutcome: "write_outcome"
      case .plantList: "plant_list"
      case .correction: "correction"
      case .checkpoint: "checkpoint"
      case .key: "key"
      case .timestamp: "timestamp"
      case .pruned: "pruned"
      }
    }
  }
}
