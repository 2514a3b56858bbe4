import { percent } from "../insight/format.ts";
import { layerName } from "../protocol/layerName.ts";
import { messageOf } from "../protocol/rpc.ts";
import type { PartPath, Spectrum } from "../protocol/spectrum.ts";
import { plain } from "../text/quote.ts";
import type { Anchors } from "./anchors.ts";
import { layerAtCursor } from "./cursor.ts";
import type { Panel } from "./panel.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { pick, warn, withCancel, type PickItem } from "./say.ts";
import type { Trainer } from "./trainer.ts";

export interface Decomposing {
  readonly anchors: Anchors;
  readonly runs: Runs;
  readonly trainer: Trainer;
  readonly panel: Panel;
}

interface Part extends PickItem {
  readonly path: PartPath;
}

/** Computes the Jacobian spectrum of a part of a run's model, which the user picks unless it is named, and shows it in the panel. */
export async function jacobianSpectrum(
  services: Decomposing,
  run?: Run,
  path?: PartPath,
): Promise<Spectrum | undefined> {
  const of = run ?? services.trainer.latest();
  if (!of) {
    void warn(plain`A spectrum is of a run's weights: run a model first.`);
    return undefined;
  }
  const at = layerAtCursor(services.anchors);
  const part = path ?? (await pickPart(of, at?.run === of ? at.layer : undefined));
  if (part === undefined) return undefined;
  const spectrum = await computed(services.trainer, of, part);
  if (!spectrum) return undefined;
  of.spectrum = spectrum;
  services.runs.changed(of, "spectrum");
  await services.panel.show(of);
  return spectrum;
}

/** The layer at the cursor first, then the whole model, then blocks and layers in order. */
async function pickPart(run: Run, atCursor: string | undefined): Promise<PartPath | undefined> {
  const paths = partsOf(run.info.layers.map((layer) => layer.path));
  const first = atCursor !== undefined && paths.includes(atCursor) ? [atCursor] : [];
  const items = [...first, "", ...paths.filter((path) => path !== first[0])].map((path): Part => ({
    label: path === "" ? plain`The whole model` : plain`${layerName(path)}`,
    path,
  }));
  const picked = await pick(items, { title: plain`Jacobian Spectrum of ${run.info.model}` });
  return picked?.path;
}

/** Layers, and what they lie in: `block`, `block.0`, `block.0.1`. */
export function partsOf(layers: readonly string[]): readonly PartPath[] {
  const parts = new Set<PartPath>();
  for (const path of layers) {
    const names = path.split(".");
    names.forEach((_, depth) => parts.add(names.slice(0, depth + 1).join(".")));
  }
  return [...parts];
}

/** `undefined` where the user has stopped it, or there is none, which has been said. */
async function computed(trainer: Trainer, run: Run, path: PartPath): Promise<Spectrum | undefined> {
  if (run !== trainer.latest()) {
    void warn(plain`The weights of this run are gone: a spectrum is of the latest run. Run the model again.`);
    return undefined;
  }
  return withCancel(plain`Jacobian spectrum of ${path || run.info.model}`, async (report, cancelled) => {
    let stopped = false;
    const listening = trainer.onDidCompute((share) => report(plain`${percent(share)}`));
    cancelled(() => {
      stopped = true;
      trainer.stopSpectrum();
    });
    try {
      return await trainer.spectrum(path);
    } catch (error) {
      if (!stopped) void warn(plain`No spectrum: ${messageOf(error)}.`);
      return undefined;
    } finally {
      listening.dispose();
    }
  });
}
