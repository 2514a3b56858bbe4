import { layerName } from "../../protocol/layerName.ts";
import { shownFrame } from "../finite.ts";
import { figure } from "../format.ts";
import { timeShares } from "../throughTime.ts";
import type { FindingType } from "./finding.ts";

/** ‖∂L/∂h_0‖ / ‖∂L/∂h_T‖ below 10⁻⁶ counts as vanishing. */
const DECADES = 6;

export const vanishingTime: FindingType = {
  id: "vanishing-time",
  why: "A recurrent layer cannot learn from what lies so far back, and the loss does not fall: gates may still be opening where it does.",

  find({ layers, history, course }) {
    if (course.training !== "stuck") return undefined;
    const worst = timeShares(layers, shownFrame(history)?.time).toSorted(
      (a, b) => a.logShare - b.logShare,
    )[0];
    if (!worst || !(worst.logShare < -DECADES)) return undefined;
    const arrives = worst.logShare === -Infinity ? "nothing" : figure(10 ** worst.logShare, 1);
    return {
      severity: "warning",
      layer: worst.path,
      message: `Through time, ${arrives} of it gets back over the ${worst.steps} steps of ${layerName(worst.path)}.`,
      marks: new Map([[layers.findIndex(({ path }) => path === worst.path), "vanishing3"]]),
    };
  },
};
