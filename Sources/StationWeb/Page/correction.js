// Corrections of what is recorded of a station: what, who, when, why.

import { node, setText } from "./document.js";
import { clockText } from "./words.js";

export class CorrectionView {
  constructor() {
    this.root = node("li", { "data-field": "correction" });
  }

  update(correction, now) {
    const when = clockText(Date.parse(correction.at), now);
    const end = correction.withdrawn_by ? `; withdrawn by no. ${correction.withdrawn_by}` : "";
    setText(
      this.root,
      `Correction no. ${correction.seq}: ${correction.summary} ` +
        `(${correction.by}, ${when}: ${correction.reason}${end})`
    );
  }
}
