// An address with ?embed= is of an iframe in another page: style.css shows one tab alone there.
if (new URLSearchParams(location.search).has("embed")) document.documentElement.dataset.embed = "";
