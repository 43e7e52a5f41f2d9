// Runs in the head of 404.html, before anything is asked for. A server shows that page for any
// address, so that its links must be read from the site's top folder, wherever that is: the
// folders of the site tell, or the one it is published in; the style sheet proves it.
(function () {
  "use strict";
  var here = location.pathname.replace(/[^/]*$/, "");
  var base = document.querySelector("base");
  var known = base ? base.getAttribute("href") : "";
  var inside = /^(.*?\/)(?:as-of|chapters|docs|downloads|assets|_static)\//.exec(here);
  if (!base) base = document.head.insertBefore(document.createElement("base"), document.head.firstChild);
  base.href = known && here.indexOf(known) === 0 ? known : inside ? inside[1] : here;
  var moved = false;

  // The sheet is not there: the top folder is further up, if there is any.
  window.rotationHigher = function (sheet) {
    var higher = base.getAttribute("href").replace(/[^/]*\/$/, "");
    if (!higher) return;
    base.href = higher;
    moved = true;
    sheet.replaceWith(sheet.cloneNode());
  };

  // What was asked for in vain before is asked for again, in order.
  window.rotationFound = function () {
    if (moved) document.querySelectorAll("script[src]").forEach(function (old) {
      var again = document.createElement("script");
      again.async = false;
      again.src = old.getAttribute("src");
      old.replaceWith(again);
    });
  };

  // A part of this page is not a part of the front page.
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll('a[href^="#"]').forEach(function (link) {
      link.href = location.pathname + location.search + link.getAttribute("href");
    });
  });
})();
