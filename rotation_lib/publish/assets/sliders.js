/* Sliders of charts that bind inputs: where they stand, and what is said when one moves.
   Vega makes the inputs and redraws; a reader's setting outlives a change of theme. */
(function () {
  "use strict";

  const boundOf = (spec) => (spec.signals || []).filter((signal) => signal.bind);

  /** The sentence that the chart's data hold on the current setting. */
  function sentence(chart, spec) {
    const sets = spec.data.map((set) => chart.view.data(set.name));
    const told = sets.find((rows) => rows.length === 1 && rows[0].said);
    return told ? told[0].said : "";
  }

  /** Room for the sliders of every chart that has some, before anything is drawn. */
  function start(charts, figures) {
    for (const chart of charts) {
      const { spec } = figures[chart.name];
      const count = boundOf(spec).length;
      if (!count) continue;
      const inputs = document.createElement("div");
      inputs.className = "fig-inputs";
      inputs.style.setProperty("--inputs", count);
      inputs.setAttribute("role", "group");
      inputs.setAttribute("aria-label", chart.figure.querySelector(".fig-title").textContent);
      const status = document.createElement("p");
      status.className = "fig-status";
      status.setAttribute("role", "status");
      inputs.addEventListener("input", async () => {
        await chart.view.runAsync();
        status.textContent = sentence(chart, spec);
      });
      chart.box.before(inputs, status);
      chart.inputs = inputs;
    }
  }

  /** Carries the setting over to a specification about to be drawn; the element for its inputs. */
  function place(chart, spec) {
    for (const signal of boundOf(spec)) {
      if (chart.view) signal.value = chart.view.signal(signal.name);
    }
    return chart.inputs;
  }

  window.rotationSliders = { start, place };
})();
