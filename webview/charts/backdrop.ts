/** What lies under the marks of a chart, as a picture: axes hold still while figures come, and cost as much to draw as many marks. */
export interface Backdrop {
  /** Keeps what is on the canvas. */
  keep(): void;
  /** Puts it back, in place of what was drawn since. False where nothing is kept, or the canvas is of another size by now. */
  restore(): boolean;
}

export function backdrop(canvas: HTMLCanvasElement): Backdrop {
  const picture = document.createElement("canvas");
  picture.width = picture.height = 0;
  return {
    keep() {
      if (picture.width !== canvas.width) picture.width = canvas.width;
      if (picture.height !== canvas.height) picture.height = canvas.height;
      copy(canvas, picture);
    },
    restore() {
      if (picture.width !== canvas.width || picture.height !== canvas.height) return false;
      return copy(picture, canvas);
    },
  };
}

/** Pixel by pixel, transparent ones too; a canvas without any cannot be copied. */
function copy(from: HTMLCanvasElement, to: HTMLCanvasElement): boolean {
  const ctx = to.getContext("2d");
  if (!ctx || from.width === 0 || from.height === 0) return false;
  ctx.save();
  ctx.resetTransform();
  ctx.clearRect(0, 0, to.width, to.height);
  ctx.drawImage(from, 0, 0);
  ctx.restore();
  return true;
}
