/* A chart as a picture: the canvas with its title, what its reader chose, and its source. */
(function () {
  "use strict";

  /** Offer a drawn chart as a PNG with its title and source. */
  async function save(chart) {
    const scale = 2;
    const drawn = await chart.view.toCanvas(scale);
    const style = getComputedStyle(document.body);
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const font = (weight, size) => `${weight} ${size * scale}px system-ui, sans-serif`;
    pen.font = font(600, 15);
    const title = linesOf(pen, chart.figure.querySelector(".fig-title").textContent, drawn.width);
    pen.font = font(400, 11);
    const said = chart.figure.querySelector(".fig-status");
    const below = `${said ? said.textContent : ""} ${chart.figure.querySelector(".fig-source").textContent}`;
    const source = linesOf(pen, below.trim(), drawn.width);
    const pad = 14 * scale;
    const above = pad + title.length * 20 * scale + 6 * scale;
    canvas.width = drawn.width + 2 * pad;
    canvas.height = above + drawn.height + source.length * 15 * scale + 2 * pad;
    pen.fillStyle = style.backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = style.color;
    pen.textBaseline = "top";
    pen.font = font(600, 15);
    title.forEach((line, i) => pen.fillText(line, pad, pad + i * 20 * scale));
    pen.drawImage(drawn, pad, above);
    pen.font = font(400, 11);
    source.forEach((line, i) => pen.fillText(line, pad, above + drawn.height + pad / 2 + i * 15 * scale));
    const link = document.createElement("a");
    link.download = `${chart.name}.png`;
    link.href = canvas.toDataURL("image/png");
    link.click();
  }

  function linesOf(pen, text, width) {
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (pen.measureText(longer).width > width && lines[lines.length - 1]) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }

  window.rotationPicture = { save };
})();
