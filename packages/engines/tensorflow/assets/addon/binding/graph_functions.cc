// Graphs built operation by operation from JavaScript, cut into functions that the eager context runs. A tensor of a graph
// is known to JavaScript by its number in the graph.
#include <cstring>
#include <memory>
#include <unordered_map>

#include "binding.h"

namespace gramkit {
namespace {

struct Graph {
  TF_Graph* graph = TF_NewGraph();
  std::vector<TF_Output> tensors;
  // Operations in the order in which they were added; those without outputs are reached by this alone.
  std::vector<TF_Operation*> operations;
  ~Graph() { TF_DeleteGraph(graph); }
};

Graph* GraphOf(napi_env env, napi_value value) {
  void* graph = nullptr;
  napi_get_value_external(env, value, &graph);
  return static_cast<Graph*>(graph);
}

napi_value Number(napi_env env, int64_t number) {
  napi_value value;
  napi_create_int64(env, number, &value);
  return value;
}

// {id, dtype, shape}; the shape is null where the number of dimensions is unknown, an unknown size is -1.
napi_value Describe(napi_env env, Graph* graph, int64_t id) {
  const TF_Output tensor = graph->tensors[id];
  Status status;
  const int rank = TF_GraphGetTensorNumDims(graph->graph, tensor, status.get());
  napi_value description, shape;
  napi_create_object(env, &description);
  napi_get_null(env, &shape);
  if (rank >= 0) {
    std::vector<int64_t> sizes(rank);
    TF_GraphGetTensorShape(graph->graph, tensor, sizes.data(), rank, status.get());
    napi_create_array_with_length(env, rank, &shape);
    for (int index = 0; index < rank; ++index) napi_set_element(env, shape, index, Number(env, sizes[index]));
  }
  napi_set_named_property(env, description, "id", Number(env, id));
  napi_set_named_property(env, description, "dtype", Number(env, TF_OperationOutputType(tensor)));
  napi_set_named_property(env, description, "shape", shape);
  return description;
}

// {operation, outputs}
napi_value Added(napi_env env, Graph* graph, TF_Operation* operation) {
  napi_value result, outputs;
  napi_create_object(env, &result);
  napi_create_array(env, &outputs);
  graph->operations.push_back(operation);
  for (int index = 0; index < TF_OperationNumOutputs(operation); ++index) {
    graph->tensors.push_back(TF_Output{operation, index});
    napi_set_element(env, outputs, index, Describe(env, graph, graph->tensors.size() - 1));
  }
  napi_set_named_property(env, result, "operation", Number(env, graph->operations.size() - 1));
  napi_set_named_property(env, result, "outputs", outputs);
  return result;
}

std::string NextName(Graph* graph, const std::string& operation) { return operation + "_" + std::to_string(graph->operations.size()); }

// () -> graph
napi_value CreateGraph(napi_env env, napi_callback_info) {
  napi_value value;
  napi_create_external(env, new Graph, [](napi_env, void* graph, void*) { delete static_cast<Graph*>(graph); }, nullptr, &value);
  return value;
}

// (graph, operation name) -> serialised OpDef
napi_value OperationDefinition(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  Status status;
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> buffer(TF_NewBuffer(), &TF_DeleteBuffer);
  const std::string name = Text(env, arguments[1]);
  TF_GraphGetOpDef(GraphOf(env, arguments[0])->graph, name.c_str(), buffer.get(), status.get());
  if (status.Throws(env, name)) return nullptr;
  void* data = nullptr;
  napi_value memory, bytes;
  napi_create_arraybuffer(env, buffer->length, &data, &memory);
  std::memcpy(data, buffer->data, buffer->length);
  napi_create_typedarray(env, napi_uint8_array, buffer->length, memory, 0, &bytes);
  return bytes;
}

// (graph, dtype, shape) -> {operation, outputs}
napi_value AddPlaceholder(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  Graph* graph = GraphOf(env, arguments[0]);
  const auto shape = Integers(env, arguments[2]);
  Status status;
  TF_OperationDescription* description = TF_NewOperation(graph->graph, "Placeholder", NextName(graph, "Placeholder").c_str());
  TF_SetAttrType(description, "dtype", static_cast<TF_DataType>(Integer(env, arguments[1])));
  TF_SetAttrShape(description, "shape", shape.data(), shape.size());
  TF_Operation* operation = TF_FinishOperation(description, status.get());
  return status.Throws(env, "Placeholder") ? nullptr : Added(env, graph, operation);
}

// (graph, dtype, shape, typed array) -> {operation, outputs}
napi_value AddConstant(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  Graph* graph = GraphOf(env, arguments[0]);
  const auto type = static_cast<TF_DataType>(Integer(env, arguments[1]));
  const auto shape = Integers(env, arguments[2]);
  const Bytes bytes = TypedArrayBytes(env, arguments[3]);
  size_t expected = TF_DataTypeSize(type);
  for (const int64_t size : shape) expected *= size;
  if (bytes.size != expected) {
    napi_throw_error(env, nullptr, ("a constant of the traced function has " + std::to_string(bytes.size) + " bytes of values, and its shape takes " + std::to_string(expected)).c_str());
    return nullptr;
  }
  Status status;
  std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)> tensor(TF_AllocateTensor(type, shape.data(), shape.size(), bytes.size), &TF_DeleteTensor);
  if (bytes.size > 0) std::memcpy(TF_TensorData(tensor.get()), bytes.data, bytes.size);
  TF_OperationDescription* description = TF_NewOperation(graph->graph, "Const", NextName(graph, "Const").c_str());
  TF_SetAttrType(description, "dtype", type);
  TF_SetAttrTensor(description, "value", tensor.get(), status.get());
  TF_Operation* operation = TF_FinishOperation(description, status.get());
  return status.Throws(env, "Const") ? nullptr : Added(env, graph, operation);
}

bool SetAttribute(napi_env env, TF_OperationDescription* description, napi_value attribute) {
  const std::string name = Text(env, Property(env, attribute, "name"));
  const int64_t type = Integer(env, Property(env, attribute, "type"));
  const napi_value value = Property(env, attribute, "value");
  const bool list = IsArray(env, value);
  switch (type) {
    case TF_ATTR_STRING: {
      std::vector<std::string> texts;
      for (napi_value element : list ? Elements(env, value) : std::vector<napi_value>{value}) texts.push_back(Text(env, element));
      std::vector<const void*> data;
      std::vector<size_t> sizes;
      for (const auto& text : texts) {
        data.push_back(text.data());
        sizes.push_back(text.size());
      }
      if (list) TF_SetAttrStringList(description, name.c_str(), data.data(), sizes.data(), texts.size());
      else TF_SetAttrString(description, name.c_str(), data[0], sizes[0]);
      return true;
    }
    case TF_ATTR_INT:
      if (list) {
        const auto integers = Integers(env, value);
        TF_SetAttrIntList(description, name.c_str(), integers.data(), integers.size());
      } else {
        TF_SetAttrInt(description, name.c_str(), Integer(env, value));
      }
      return true;
    case TF_ATTR_FLOAT:
      if (list) {
        std::vector<float> reals;
        for (napi_value element : Elements(env, value)) reals.push_back(Real(env, element));
        TF_SetAttrFloatList(description, name.c_str(), reals.data(), reals.size());
      } else {
        TF_SetAttrFloat(description, name.c_str(), Real(env, value));
      }
      return true;
    case TF_ATTR_BOOL:
      if (list) {
        std::vector<unsigned char> booleans;
        for (napi_value element : Elements(env, value)) booleans.push_back(Boolean(env, element));
        TF_SetAttrBoolList(description, name.c_str(), booleans.data(), booleans.size());
      } else {
        TF_SetAttrBool(description, name.c_str(), Boolean(env, value));
      }
      return true;
    case TF_ATTR_TYPE:
      if (list) {
        std::vector<TF_DataType> types;
        for (const int64_t element : Integers(env, value)) types.push_back(static_cast<TF_DataType>(element));
        TF_SetAttrTypeList(description, name.c_str(), types.data(), types.size());
      } else {
        TF_SetAttrType(description, name.c_str(), static_cast<TF_DataType>(Integer(env, value)));
      }
      return true;
    case TF_ATTR_SHAPE: {
      const auto shape = Integers(env, value);
      TF_SetAttrShape(description, name.c_str(), shape.data(), shape.size());
      return true;
    }
    default:
      napi_throw_error(env, nullptr, ("attribute '" + name + "' is of a kind that no graph takes: " + std::to_string(type)).c_str());
      return false;
  }
}

// (graph, operation name, attributes, inputs: (tensor | tensor[])[], shapes of the outputs | undefined) -> {operation, outputs}
napi_value AddOperation(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  Graph* graph = GraphOf(env, arguments[0]);
  const std::string name = Text(env, arguments[1]);
  TF_OperationDescription* description = TF_NewOperation(graph->graph, name.c_str(), NextName(graph, name).c_str());
  for (napi_value input : Elements(env, arguments[3])) {
    if (!IsArray(env, input)) {
      TF_AddInput(description, graph->tensors.at(Integer(env, input)));
      continue;
    }
    std::vector<TF_Output> list;
    for (const int64_t id : Integers(env, input)) list.push_back(graph->tensors.at(id));
    TF_AddInputList(description, list.data(), list.size());
  }
  bool valid = true;
  for (napi_value attribute : Elements(env, arguments[2])) valid = valid && SetAttribute(env, description, attribute);
  Status status;
  TF_Operation* operation = TF_FinishOperation(description, status.get());
  if (!valid || status.Throws(env, name)) return nullptr;
  int index = 0;
  for (napi_value shape : Elements(env, arguments[4])) {
    const auto sizes = Integers(env, shape);
    TF_GraphSetTensorShape(graph->graph, TF_Output{operation, index++}, sizes.data(), sizes.size(), status.get());
    if (status.Throws(env, name)) return nullptr;
  }
  return Added(env, graph, operation);
}

std::vector<TF_Output> Tensors(napi_env env, Graph* graph, napi_value ids) {
  std::vector<TF_Output> tensors;
  for (const int64_t id : Integers(env, ids)) tensors.push_back(graph->tensors.at(id));
  return tensors;
}

// (graph, function name, operations of the body, inputs, outputs, [attribute name, serialised AttrValue][]): makes the function known to the context.
napi_value AddFunctionOfGraph(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  Graph* graph = GraphOf(env, arguments[0]);
  const std::string name = Text(env, arguments[1]);
  std::vector<const TF_Operation*> body;
  for (const int64_t operation : Integers(env, arguments[2])) body.push_back(graph->operations.at(operation));
  const auto inputs = Tensors(env, graph, arguments[3]), outputs = Tensors(env, graph, arguments[4]);
  Status status;
  std::unique_ptr<TF_Function, decltype(&TF_DeleteFunction)> function(
      TF_GraphToFunction(graph->graph, name.c_str(), 0, body.size(), body.data(), inputs.size(), inputs.data(), outputs.size(), outputs.data(), nullptr, nullptr, nullptr, status.get()),
      &TF_DeleteFunction);
  if (status.Throws(env, name)) return nullptr;
  for (napi_value pair : Elements(env, arguments[5])) {
    const auto attribute = Elements(env, pair);
    const Bytes bytes = TypedArrayBytes(env, attribute.at(1));
    TF_FunctionSetAttrValueProto(function.get(), Text(env, attribute.at(0)).c_str(), bytes.data, bytes.size, status.get());
    if (status.Throws(env, name)) return nullptr;
  }
  TFE_ContextAddFunction(Backend(env)->tfe_context_, function.get(), status.get());
  status.Throws(env, name);
  return nullptr;
}

// (function name): frees it and what was compiled of it.
napi_value RemoveFunction(napi_env env, napi_callback_info info) {
  Status status;
  TFE_ContextRemoveFunction(Backend(env)->tfe_context_, Text(env, Arguments(env, info)[0]).c_str(), status.get());
  status.Throws(env, "removing a function");
  return nullptr;
}

// (function name, serialised ConfigProto, ids of the inputs int32, number of outputs) -> {id, shape, dtype}[]
napi_value ExecuteFunction(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  tfnodejs::TFJSBackend* backend = Backend(env);
  const std::string name = Text(env, arguments[0]);
  Status status;
  std::unique_ptr<TFE_Op, decltype(&TFE_DeleteOp)> call(TFE_NewOp(backend->tfe_context_, name.c_str(), status.get()), &TFE_DeleteOp);
  if (status.Throws(env, name)) return nullptr;
  const Bytes configuration = TypedArrayBytes(env, arguments[1]);
  if (configuration.size > 0) TFE_OpSetAttrString(call.get(), "config_proto", configuration.data, configuration.size);
  const Bytes ids = TypedArrayBytes(env, arguments[2]);
  for (size_t index = 0; index < ids.size / sizeof(int32_t); ++index) {
    const auto handle = backend->tfe_handle_map_.find(reinterpret_cast<const int32_t*>(ids.data)[index]);
    if (handle == backend->tfe_handle_map_.end()) {
      napi_throw_error(env, nullptr, (name + ": input " + std::to_string(index) + " has been disposed").c_str());
      return nullptr;
    }
    TFE_OpAddInput(call.get(), handle->second, status.get());
    if (status.Throws(env, name)) return nullptr;
  }
  int count = Integer(env, arguments[3]);
  std::vector<TFE_TensorHandle*> results(count, nullptr);
  TFE_Execute(call.get(), results.data(), &count, status.get());
  if (status.Throws(env, name)) return nullptr;
  napi_value outputs;
  napi_create_array_with_length(env, count, &outputs);
  for (int index = 0; index < count; ++index) napi_set_element(env, outputs, index, backend->GenerateOutputTensorInfo(env, results[index]));
  return outputs;
}

}  // namespace

void AddGraphFunctions(napi_env env, napi_value exports) {
  AddFunction(env, exports, "createGraph", CreateGraph);
  AddFunction(env, exports, "operationDefinition", OperationDefinition);
  AddFunction(env, exports, "addPlaceholder", AddPlaceholder);
  AddFunction(env, exports, "addConstant", AddConstant);
  AddFunction(env, exports, "addOperation", AddOperation);
  AddFunction(env, exports, "addFunction", AddFunctionOfGraph);
  AddFunction(env, exports, "removeFunction", RemoveFunction);
  AddFunction(env, exports, "executeFunction", ExecuteFunction);
}

}  // namespace gramkit
