
function saveAs(format, view) {}
