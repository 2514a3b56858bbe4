declare module "svgcanvas" {
  /** A 2d context that writes what is drawn as SVG. */
  export class Context {
    constructor(size: { readonly width: number; readonly height: number });
    getSvg(): SVGSVGElement;
  }
}
