package import Telemetry

extension Bindings {
  /// Corrects what is recorded of a lot, of material or of an operator.
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
      lists: lists,
      now: now
    )
    return Judgement(try judge.content())
  }
}
