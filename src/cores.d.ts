/** The web APIs that every place the cores run in has: Node, a browser's worker, a test. */
declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBuffer): string;
}
