internal import Genealogy
internal import HubStore
internal import Telemetry

/// The list of lots, and the agents that report them.
struct LotsHTML {
  let lots: [LotListing]
  let journals: [JournalListing]
  let hasMore: Bool

  var body: String {
    if lots.isEmpty { return "<p>No lots here yet.</p>" + agents }
    var html = """
      <div class="scroll"><table>
      <tr><th>Lot</th><th>Part or material</th><th>First heard of (UTC)</th>
      <th>Last heard of (UTC)</th></tr>

      """
    for lot in lots {
      let name = [lot.part?.text, lot.material?.text].compactMap { $0 }.joined(separator: ", ")
      html += """
        <tr><td>\(HTML.lotLink(lot.lot.text))</td><td>\(HTML.escaped(name))</td>
        <td>\(Words.time(lot.firstAt))</td><td>\(Words.time(lot.lastAt))</td></tr>

        """
    }
    html += "</table></div>\n"
    if hasMore, let last = lots.last {
      html +=
        "<p><a href=\"/?after=\(PercentEncoding.encode(last.lot.text))\">Earlier lots</a></p>\n"
    }
    return html + agents
  }

  private var agents: String {
    if journals.isEmpty { return "<p>No agent has reported yet.</p>" }
    var html = """
      <h2>Agents</h2>
      <div class="scroll"><table>
      <tr><th>Agent</th><th>Site</th><th>Journal</th><th class="n">Records</th>
      <th>Last record (UTC)</th></tr>

      """
    for journal in journals {
      html += """
        <tr><td>\(HTML.escaped(journal.agent.text))</td><td>\(HTML.escaped(journal.site.text))</td>
        <td>\(HTML.escaped(String(journal.journal.prefix(8))))</td>
        <td class="n">\(Words.count(journal.records))</td><td>\(Words.time(journal.lastAt))</td></tr>

        """
    }
    return html + "</table></div>\n"
  }
}
