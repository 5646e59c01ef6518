package import Telemetry

extension Bindings {
  /// Corrects what is recorded of a lot, of material, of what went into what, or of an operator.
  ///
  /// - Parameters:
  ///   - order: What somebody says was otherwise.
  ///   - now: When.
  /// - Returns: What to record.
  /// - Throws: ``CorrectionError``.
  package func correct(
    _ order: CorrectionOrder,
    now: Instant
  ) throws(CorrectionError) -> Judgement {
    let judge = CorrectionJudge(
      corrections: corrections,
      order: order,
      plan: plan,
      materials: materials,
      lists: lists,
      now: now
    )
    return try judge.judgement()
  }
}
