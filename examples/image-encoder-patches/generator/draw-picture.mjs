import { PNG } from 'pngjs';

/** Width and height of a picture, in pixels. */
export const size = 24;

/** Points of a pixel, in each direction, at which a shape is looked up: edges come out smooth. */
const samples = 3;

/** Whether a point is inside a shape of radius 1 about the origin. */
export const shapes = {
  circle: (x, y) => x * x + y * y < 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  triangle: (x, y) => y < 0.75 && Math.abs(x) < (y + 1) / 1.75,
  cross: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.95 && Math.min(Math.abs(x), Math.abs(y)) < 0.32,
};

/** Red, green, blue. */
export const colours = { red: [214, 48, 49], yellow: [240, 192, 32], green: [46, 160, 67], blue: [47, 98, 214] };

/**
 * A PNG file of one shape on a light, noisy ground, somewhere near the middle and turned a little.
 * @param {{ shape: keyof typeof shapes, colour: keyof typeof colours, radius: number }} item radius in pixels
 * @param {import('@gramkit/tensor').RandomSource} source of place, turn and noise
 */
export function drawPicture({ shape, colour, radius }, source) {
  const spread = (width) => width * (2 * source.uniform() - 1);
  const [centreX, centreY, turn] = [size / 2 + spread(2.5), size / 2 + spread(2.5), spread(0.35)];
  const [cosine, sine] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
  const inside = (x, y) => shapes[shape](cosine * (x - centreX) + sine * (y - centreY), cosine * (y - centreY) - sine * (x - centreX));
  const picture = new PNG({ width: size, height: size });
  for (let pixel = 0; pixel < size * size; pixel++) {
    const covered = coverage(inside, pixel % size, Math.floor(pixel / size));
    const ground = 225 + spread(18);
    colours[colour].forEach((value, channel) => { picture.data[4 * pixel + channel] = Math.round(covered * value + (1 - covered) * ground); });
    picture.data[4 * pixel + 3] = 255;
  }
  return PNG.sync.write(picture);
}

/** How much of a pixel is inside, from 0 to 1. */
function coverage(inside, left, top) {
  let hits = 0;
  for (let sample = 0; sample < samples * samples; sample++) {
    const [x, y] = [(sample % samples) + 0.5, Math.floor(sample / samples) + 0.5].map((offset) => offset / samples);
    if (inside(left + x, top + y)) hits++;
  }
  return hits / (samples * samples);
}
