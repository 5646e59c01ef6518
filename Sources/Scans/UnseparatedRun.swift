/// The end of a message in which no separator came: the value of an AI that needs one, and perhaps
/// further elements whose separators were lost on the way.
struct UnseparatedRun {
  /// Steps after which a search gives up; what is not settled by then is ambiguous.
  private static let maximumSteps = 20_000

  let entry: GS1Entry
  let content: ArraySlice<UInt8>

  /// The elements that are certain.
  let before: [GS1Element]
  let judge: (_ ai: String, _ value: String) -> Bool?

  /// Ways to read the run, the one without lost separators first.
  func readings(limit: Int) -> [[GS1Element]] {
    var search = Search(run: self, limit: limit, isJudged: false)
    search.follow(entry, content, [])
    return search.found
  }

  /// The one reading that obeys the configuration, where it says anything of the run's values.
  func settledReading() -> [GS1Element]? {
    var search = Search(run: self, limit: 2, isJudged: true)
    search.follow(entry, content, [])
    guard search.steps < Self.maximumSteps, search.found.count == 1, let only = search.found.first,
      only.contains(where: { judge($0.entry.ai, $0.value.text) == true })
    else { return nil }
    return only
  }

  private struct Search {
    let run: UnseparatedRun
    let limit: Int
    let isJudged: Bool
    var found: [[GS1Element]] = []
    var steps = 0

    /// From which positions on everything can be read, whatever stands before.
    private let isReadable: [Bool]

    init(run: UnseparatedRun, limit: Int, isJudged: Bool) {
      self.run = run
      self.limit = limit
      self.isJudged = isJudged
      isReadable = Self.readability(of: run.content)
    }

    mutating func follow(
      _ entry: GS1Entry,
      _ content: ArraySlice<UInt8>,
      _ path: [GS1Element]
    ) {
      for count in Search.lengths(of: entry, in: content).reversed() {
        guard found.count < limit, steps < UnseparatedRun.maximumSteps else { return }
        steps += 1
        let element = GS1Element(entry: entry, value: content.prefix(count))
        let rest = content.dropFirst(count)
        guard isReadable[rest.startIndex - run.content.startIndex], element.fault == nil,
          fits(element, path)
        else { continue }
        if rest.isEmpty {
          found.append(path + [element])
        } else if let next = GS1Dictionary.entry(at: rest) {
          follow(next, rest.dropFirst(next.ai.utf8.count), path + [element])
        }
      }
    }

    /// Whether an element can stand beside those before it.
    private func fits(_ element: GS1Element, _ path: [GS1Element]) -> Bool {
      if isJudged, run.judge(element.entry.ai, element.value.text) == false { return false }
      return (run.before + path).allSatisfy {
        $0.entry.ai != element.entry.ai && !$0.excludes(element) && !element.excludes($0)
      }
    }

    private static func lengths(
      of entry: GS1Entry,
      in content: ArraySlice<UInt8>
    ) -> ClosedRange<Int> {
      let most = min(entry.length.upperBound, content.count)
      return min(entry.length.lowerBound, most)...most
    }

    private static func readability(of content: ArraySlice<UInt8>) -> [Bool] {
      var isReadable = Array(repeating: false, count: content.count) + [true]
      for position in content.indices.reversed() {
        guard let entry = GS1Dictionary.entry(at: content[position...]) else { continue }
        let value = content[position...].dropFirst(entry.ai.utf8.count)
        isReadable[position - content.startIndex] = lengths(of: entry, in: value).contains {
          count in
          isReadable[value.startIndex + count - content.startIndex]
            && GS1Element(entry: entry, value: value.prefix(count)).fault == nil
        }
      }
      return isReadable
    }
  }
}
