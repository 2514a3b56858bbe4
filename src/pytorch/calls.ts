import type { Params } from "../engine/params.ts";
import { Always, type TorchCall } from "../engine/torch.ts";
import type { Group } from "./layout.ts";
import { python } from "./python.ts";

/** Arguments that stand before those of a call, as Python text: `model.parameters()`. */
interface Before {
  readonly before?: readonly string[];
}

/** A call as Python text. `params`: those of the row that it is of, which say how numbers are written and what is the default. */
export function written(
  { callee, args, kwargs }: TorchCall,
  params: Params,
  { before = [] }: Before = {},
): Group {
  const positional = args.map((value) => python(value));
  return { open: `${callee}(`, items: [...before, ...positional, ...keywords(kwargs, params)], close: ")" };
}

/** Arguments by name, without those that are as the row has them by default. */
const keywords = (kwargs: TorchCall["kwargs"], params: Params): readonly string[] =>
  Object.entries(kwargs).flatMap(([name, given]) => {
    const param = Object.hasOwn(params, name) ? params[name] : undefined;
    const value = given instanceof Always ? given.value : given;
    if (value === undefined) return [];
    const text = python(value, param?.float);
    const isDefault = param?.fallback !== undefined && text === python(param.fallback, param.float);
    return isDefault && !(given instanceof Always) ? [] : [`${name}=${text}`];
  });
