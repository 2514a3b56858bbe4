import type { DeclaredModel, DeclaredRow } from "../../protocol/declaredModel.ts";
import type { ModelSpec, ModuleSpec } from "../spec.ts";

/** What findings need to know of a model beside its figures; rows as a frame has them. */
export function declaredModel(spec: ModelSpec): DeclaredModel {
  const { loss, optimizer, lr_scheduler, clip_grad_norm, clip_grad_value, data, train } = spec;
  return {
    loss,
    optimizer,
    ...(lr_scheduler && { lr_scheduler }),
    ...(clip_grad_norm && { clip_grad_norm: clip_grad_norm.max_norm }),
    ...(clip_grad_value !== undefined && { clip_grad_value }),
    data: { type: data.type, normalize: data.normalize },
    steps: train.steps,
    batch_size: train.batch_size,
    rows: [...declaredRows(spec.layers, [])],
    rules: spec.rules ?? {},
  };
}

/** In the order of `rowsOf`. */
function* declaredRows(modules: readonly ModuleSpec[], within: readonly string[]): Generator<DeclaredRow> {
  for (const part of modules) {
    switch (part.kind) {
      case "layer": {
        const { path, type, params, init, bias_init, input, output } = part;
        const inits = { ...(init && { init }), ...(bias_init && { bias_init }) };
        yield { path, type, params, ...inits, input, output, within };
        break;
      }
      case "sequential":
        yield* declaredRows(part.layers, within);
        break;
      case "residual": {
        const { path, input, output } = part;
        yield* declaredRows(part.layers, [...within, path]);
        yield* declaredRows(part.shortcut, [...within, path, `${path}.shortcut`]);
        yield { path, type: "Residual", params: {}, input, output, within };
        break;
      }
      default:
        part satisfies never;
    }
  }
}
