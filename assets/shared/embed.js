// An address with ?embed= belongs to an iframe in another page, where style.css shows a single tab.
if (new URLSearchParams(location.search).has("embed")) document.documentElement.dataset.embed = "";
